import '@lading/errors/needs-node'
import crypto from 'node:crypto'
import type { Algorithm } from '../digest.ts'
import type { Engine } from './engine.ts'

export function createEngine(algorithm: Algorithm): Engine {
  const state = crypto.createHash(algorithm)
  return {
    update: (chunk) => void state.update(chunk),
    digest: () => state.digest('hex'),
  }
}

/** Text is taken as UTF-8. */
export const hashAll = (algorithm: Algorithm, content: Uint8Array | string): string =>
  crypto.hash(algorithm, content, 'hex')
