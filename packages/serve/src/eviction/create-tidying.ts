import { namesContent, successors, type Source } from '@lading/content'
import { openRecord } from '@lading/content-store'
import { tryParseDigest, type Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { openDescriptor } from '../cache/descriptor-record.ts'
import type { Records } from '../contracts.ts'

export interface TidyingParts {
  /** `store.served`. */
  readonly records: Records
  /** `store.contents`. */
  readonly contents: { stat(digest: Digest): Promise<{ readonly size: number } | undefined> }
  /** Of the content that is here. */
  readonly source: Pick<Source, 'document'>
  /** Somebody asks for it now, or it is on its way. */
  readonly isBusy: (digest: Digest) => boolean
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

export interface Tidying {
  /** How many notes went. */
  run(): Promise<number>
}

/** Of what is younger the content may be about to come, to another process perhaps, in milliseconds. */
const minAgeMs = 3_600_000

/**
 * Removes the notes that lead to nothing: of downloads that failed, and what is proved and known of content that has gone.
 * A proof stays with what it proves, and with what names it: a layer that went and whose manifest is here is fetched anew
 * without a question.
 */
export function createTidying({ records, contents, source, isBusy, now = Date.now }: TidyingParts): Tidying {
  const isOld = (time: unknown): boolean => typeof time !== 'number' || Math.abs(now() - time) >= minAgeMs

  async function removeContentNote(key: string, digest: Digest): Promise<number> {
    const bytes = await records.get(key)
    if (bytes === undefined || isBusy(digest) || !isOld(openDescriptor(bytes)?.beside['at'])) return 0
    await records.remove(key)
    // Whoever has asked for it meanwhile has found the note that is gone.
    if (!isBusy(digest) && (await contents.stat(digest)) === undefined) return 1
    await records.put(key, bytes)
    return 0
  }

  /** What is here by a note and what that names, or is here without one. */
  async function findLive(): Promise<{
    readonly isLive: (digest: Digest) => Promise<boolean>
    readonly removed: number
  }> {
    const live = new Set<Digest>()
    const documents: Descriptor[] = []
    let removed = 0
    for await (const key of records.keys('content')) {
      const digest = digestOfKey(key)
      if (digest === undefined) continue
      if ((await contents.stat(digest)) === undefined) {
        removed += await removeContentNote(key, digest)
        continue
      }
      live.add(digest)
      const descriptor = openDescriptor(await records.get(key))
      if (descriptor !== undefined && namesContent(descriptor)) documents.push(descriptor)
    }
    for (const { mediaType, digest, size } of documents) {
      // What cannot be read names nothing that anybody could be served.
      const document = await source.document({ mediaType, digest, size }).catch(() => undefined)
      for (const named of document === undefined ? [] : successors(document)) live.add(named.digest)
    }
    const isLive = async (digest: Digest): Promise<boolean> =>
      live.has(digest) || (await contents.stat(digest)) !== undefined
    return { isLive, removed }
  }

  return {
    async run() {
      const { isLive, removed: ofContent } = await findLive()
      let removed = ofContent
      const places = new Set<string>()
      const remove = async (key: string): Promise<void> => {
        await records.remove(key)
        removed += 1
      }
      for await (const key of records.keys('proofs')) {
        const digest = digestOfKey(key)
        if (digest === undefined) continue
        if (!(await isLive(digest)) && isOld(openDescriptor(await records.get(key))?.beside['at'])) await remove(key)
        else places.add(placeOfKey(key))
      }
      for await (const key of records.keys('tags')) {
        const tag = openDescriptor(await records.get(key))
        if (tag === undefined || (!(await isLive(tag.digest)) && isOld(tag.beside['checkedAt']))) await remove(key)
      }
      for await (const key of records.keys('referrers')) {
        const subject = digestOfKey(key)
        if (subject !== undefined && (await isLive(subject))) continue
        if (isOld(openRecord((await records.get(key)) ?? new Uint8Array())['checkedAt'])) await remove(key)
      }
      // One for each repository, for as long as something of it is here.
      for await (const key of records.keys('lists')) {
        if (places.has(placeOfKey(key))) continue
        if (isOld(openRecord((await records.get(key)) ?? new Uint8Array())['checkedAt'])) await remove(key)
      }
      return removed
    },
  }
}

/** `…/sha256/0123…` */
const digestOfKey = (key: string): Digest | undefined => tryParseDigest(key.split('/').slice(-2).join(':'))

const placeOfKey = (key: string): string => key.split('/')[1] ?? ''
