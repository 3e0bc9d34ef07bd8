import type { AbortOptions } from '@lading/clock'
import { ContentError } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { generationKeys } from '../layout.ts'
import { doneSize, headBytes, parseDone, type DoneDocument } from './done-document.ts'
import type { Engine } from './engine.ts'
import { presentGenerations, readGenerations, readableGenerations, type Generations } from './generations.ts'

/** A blob that is present: the generation that counts. */
export interface Present {
  readonly generation: number
  /** Of the blob, in bytes. */
  readonly size: number
  readonly modifiedMs: number
}

/**
 * The newest generation that counts as present. One whose list of chunks is none is not done.
 *
 * @param options.after earlier ones, and this, do not count. Default 0: none.
 */
export async function presentIn(
  { objects }: Engine,
  found: Generations,
  { after = 0, signal }: AbortOptions & { readonly after?: number | undefined } = {},
): Promise<Present | undefined> {
  for (const { number, done } of presentGenerations(found)) {
    if (number <= after || done === undefined) return undefined
    const range = { start: 0, end: headBytes }
    const bytes = await objects.get(generationKeys(found.digest, number).done, { range, signal })
    const size = bytes && doneSize(bytes)
    if (size !== undefined) return { generation: number, size, modifiedMs: done.modifiedMs }
  }
  return undefined
}

/** A blob that can be read. */
export interface Readable {
  readonly digest: Digest
  readonly generation: number
  readonly document: DoneDocument
}

/** @throws `CONTENT_UNKNOWN`; `CONTENT_DAMAGED`: there are lists of its chunks, and none can be read */
export async function openReadable({ objects }: Engine, digest: Digest, options?: AbortOptions): Promise<Readable> {
  const readable = readableGenerations(await readGenerations(objects, digest, options))
  for (const { number } of readable) {
    const bytes = await objects.get(generationKeys(digest, number).done, options)
    const document = bytes && parseDone(bytes)
    if (document !== undefined) return { digest, generation: number, document }
  }
  throw readable.length === 0 ? unknown(digest) : damaged(digest, 'its list of chunks cannot be read')
}

const unknown = (digest: Digest): ContentError =>
  new ContentError('CONTENT_UNKNOWN', `${digest} is not here`, {
    digest,
    hint: 'pull the image that it belongs to',
  })

export const damaged = (digest: Digest, why: string): ContentError =>
  new ContentError('CONTENT_DAMAGED', `${digest} is damaged in the object store: ${why}`, {
    digest,
    hint: 'pull the image again: a good copy replaces it',
  })
