import { createCipheriv } from 'node:crypto'

/** Bytes that do not compress and are the same for the same seed: the key stream of AES in counter mode. */
export function randomBytes(size: number, seed: number): Uint8Array {
  const key = Buffer.alloc(16)
  key.writeDoubleBE(seed, 0)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size))
}
