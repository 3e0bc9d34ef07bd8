/** Bytes that arrive in pieces, kept in one: pieces kept apart cost some hundred bytes each, and a hostile client sends single ones. */
export interface GrowingBytes {
  readonly size: number
  append(chunk: Uint8Array): void
  /** Forgets what came after. */
  truncate(size: number): void
  /** Good until the next `append`. */
  view(): Uint8Array
  /** Hands them over and is empty. */
  take(): Uint8Array
}

const leastCapacity = 4096

export function growingBytes(): GrowingBytes {
  let buffer = new ArrayBuffer(0)
  let size = 0
  return {
    get size() {
      return size
    },
    append(chunk) {
      const needed = size + chunk.length
      if (needed > buffer.byteLength) buffer = buffer.transfer(Math.max(needed, 2 * buffer.byteLength, leastCapacity))
      new Uint8Array(buffer).set(chunk, size)
      size = needed
    },
    truncate: (to) => void (size = to),
    view: () => new Uint8Array(buffer, 0, size),
    take() {
      const whole = new Uint8Array(buffer.transfer(size))
      buffer = new ArrayBuffer(0)
      size = 0
      return whole
    },
  }
}
