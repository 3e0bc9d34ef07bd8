import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Algorithm } from '../digest.ts'
import type { Engine } from './engine.ts'

const hashes = { sha256, sha384, sha512 }

/** In JavaScript: the Web's own digests want all bytes at once, and the answer comes later. */
export const createEngine = (algorithm: Algorithm): Engine => engineOf(hashes[algorithm].create())

interface State {
  update(chunk: Uint8Array): unknown
  digest(): Uint8Array
  clone(): State
}

const engineOf = (state: State): Engine => ({
  update: (chunk) => void state.update(chunk),
  digest: () => bytesToHex(state.digest()),
  fork: () => engineOf(state.clone()),
})

/** Text is taken as UTF-8. */
export function hashAll(algorithm: Algorithm, content: Uint8Array | string): string {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return bytesToHex(hashes[algorithm](bytes))
}
