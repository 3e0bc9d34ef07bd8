import type { Notes } from '@lading/content-store'
import { tryParseDigest, type Digest } from '@lading/digest'
import type { Parts } from './parts.ts'

/** Of an engine that keeps none. */
export const noNotes: Notes = {
  get: () => Promise.resolve(undefined),
  put: () => Promise.resolve(),
  remove: () => Promise.resolve(false),
  async *keys() {},
}

/** What is kept although no name needs it: it has a note at `content/<algorithm>/<hex>`. */
export async function* servedContent({ served = noNotes }: Pick<Parts, 'served'>): AsyncIterable<Digest> {
  for await (const key of served.keys('content')) {
    const digest = tryParseDigest(key.slice('content/'.length).replace('/', ':'))
    if (digest !== undefined) yield digest
  }
}
