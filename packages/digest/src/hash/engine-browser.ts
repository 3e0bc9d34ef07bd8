import type { Algorithm } from '../digest.ts'
import type { Engine } from './engine.ts'
import { createBlocks } from './sha2/blocks.ts'
import { sha256 } from './sha2/sha256.ts'
import { sha384, sha512 } from './sha2/sha512.ts'

/** In TypeScript: the Web's own digests want all bytes at once, and the answer of later. */
export function createEngine(algorithm: Algorithm): Engine {
  return createBlocks(algorithm === 'sha256' ? sha256() : algorithm === 'sha384' ? sha384() : sha512())
}

/** Text is taken as UTF-8. */
export function hashAll(algorithm: Algorithm, content: Uint8Array | string): string {
  const engine = createEngine(algorithm)
  engine.update(typeof content === 'string' ? new TextEncoder().encode(content) : content)
  return engine.digest()
}
