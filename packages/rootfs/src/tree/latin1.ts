import type { NameBytes } from './node.ts'

/** Bytes as a string of as many characters. */
export const latin1 = (bytes: Uint8Array): NameBytes => Buffer.prototype.latin1Slice.call(bytes, 0, bytes.length)
