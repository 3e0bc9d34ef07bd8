/** Bytes that are gathered in memory up to a bound. */
export interface Collector {
  /** False: the chunk would go beyond the bound, and was not taken. */
  add(chunk: Uint8Array): boolean
  bytes(): Uint8Array
}

export function createCollector(maxBytes: number): Collector {
  const chunks: Uint8Array[] = []
  let length = 0
  return {
    add(chunk) {
      if (length + chunk.byteLength > maxBytes) return false
      chunks.push(chunk)
      length += chunk.byteLength
      return true
    },
    bytes() {
      const whole = new Uint8Array(length)
      let at = 0
      for (const chunk of chunks) {
        whole.set(chunk, at)
        at += chunk.byteLength
      }
      return whole
    },
  }
}
