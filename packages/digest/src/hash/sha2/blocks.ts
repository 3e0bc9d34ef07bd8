import type { Engine } from '../engine.ts'

/** A compression function with its state. */
export interface Compression {
  /** In bytes: 64 or 128. */
  readonly blockSize: number
  compress(block: DataView, offset: number): void
  /** The state, in hexadecimal. */
  state(): string
}

/** Cuts bytes into blocks, and ends them as FIPS 180-4 5.1 says: a one, zeros, and the length in bits. */
export function createBlocks({ blockSize, compress, state }: Compression): Engine {
  const rest = new Uint8Array(blockSize)
  const restView = new DataView(rest.buffer)
  let kept = 0
  let length = 0

  const update = (chunk: Uint8Array): void => {
    length += chunk.byteLength
    let at = 0
    if (kept > 0) {
      at = Math.min(blockSize - kept, chunk.byteLength)
      rest.set(chunk.subarray(0, at), kept)
      kept += at
      if (kept < blockSize) return
      compress(restView, 0)
      kept = 0
    }
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (; at + blockSize <= chunk.byteLength; at += blockSize) compress(view, at)
    rest.set(chunk.subarray(at))
    kept = chunk.byteLength - at
  }

  return {
    update,
    digest() {
      const bits = BigInt(length) * 8n
      const lengthSize = blockSize / 8
      const end = new Uint8Array((kept + 1 + lengthSize > blockSize ? 2 : 1) * blockSize - kept)
      end[0] = 0x80
      // The upper half of SHA-512's 128 bits is beyond any number of bytes there is.
      new DataView(end.buffer).setBigUint64(end.byteLength - 8, bits)
      update(end)
      return state()
    },
  }
}
