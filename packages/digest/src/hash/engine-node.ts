import '@lading/errors/needs-node'
import crypto from 'node:crypto'
import type { Algorithm } from '../digest.ts'
import type { Engine } from './engine.ts'

export const createEngine = (algorithm: Algorithm): Engine => engineOf(crypto.createHash(algorithm))

const engineOf = (state: crypto.Hash): Engine => ({
  update: (chunk) => void state.update(chunk),
  digest: () => state.digest('hex'),
  fork: () => engineOf(state.copy()),
})

/** Text is taken as UTF-8. */
export const hashAll = (algorithm: Algorithm, content: Uint8Array | string): string =>
  crypto.hash(algorithm, content, 'hex')
