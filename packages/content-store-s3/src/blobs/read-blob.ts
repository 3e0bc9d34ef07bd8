import type { AbortOptions } from '@lading/clock'
import { ContentError, type BlobAddress, type ByteRange } from '@lading/content-store'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { chunkSums, runningSum, type PlacedChunk, type Sums } from './chunk-sums.ts'
import { damaged, openReadable, type Readable } from './documents.ts'
import type { ListedChunk } from './done-document.ts'
import type { Engine } from './engine.ts'
import { readAhead } from './read-ahead.ts'

/**
 * The bytes of a range, each chunk verified before it is handed out. A chunk that is wrong is read a second time. When its
 * generation goes away or is damaged, and another one is here, its bytes are read from that one.
 *
 * @param options.sums what tells whether a chunk is right. Default: the sum of each by itself.
 * @throws `CONTENT_UNKNOWN`, `CONTENT_DAMAGED`
 */
export async function* readRange(
  engine: Engine,
  opened: Readable,
  { start, end, sums = chunkSums, signal }: ByteRange & AbortOptions & { readonly sums?: Sums | undefined },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { digest } = opened
  const tried = new Set<number>()
  const get = ({ key }: ListedChunk): Promise<Uint8Array | undefined> => engine.objects.get(key, { signal })
  for (let readable = opened, at = start; at < end;) {
    tried.add(readable.generation)
    const { document } = readable
    if (document.chunks.length === 0) {
      const content = document.content.slice(at, end)
      sums.took(content)
      yield content
      return
    }
    let failure: string | undefined
    for await (const { item, value } of readAhead(
      chunksWithin(document.chunks, at, end),
      get,
      engine.bounds.inFlight,
    )) {
      signal?.throwIfAborted()
      let bytes = value
      if (bytes !== undefined && !sums.accept(item, bytes)) {
        bytes = await get(item)
        if (bytes !== undefined && !sums.accept(item, bytes)) {
          failure = `${item.key} is ${hexOf(digestOf(bytes))}`
          break
        }
      }
      if (bytes === undefined) {
        failure = `${item.key} is missing`
        break
      }
      const piece = bytes.subarray(at - item.start, end - item.start)
      at += piece.length
      yield piece
    }
    if (failure === undefined) return
    readable = await openReadable(engine, digest, { signal })
    if (tried.has(readable.generation)) throw damaged(digest, failure)
  }
}

/** The blob in chunks; at the end the certainty that they were right. */
export async function* readVerified(
  engine: Engine,
  { digest, size }: BlobAddress,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const opened = await openReadable(engine, digest, { signal })
  const actual = opened.document.size
  const sums = runningSum(algorithmOf(digest))
  for await (const chunk of readRange(engine, opened, { start: 0, end: actual, sums, signal }))
    if (actual === size) yield chunk
  assertSame(digest, sums.digest())
  if (actual !== size) throw wrongSize(digest, size, actual)
}

/** Reads and hashes all of it. Its size in bytes. */
export async function verifyBlob(engine: Engine, digest: Digest, { signal }: AbortOptions = {}): Promise<number> {
  const opened = await openReadable(engine, digest, { signal })
  const { size } = opened.document
  const sums = runningSum(algorithmOf(digest))
  for await (const _ of readRange(engine, opened, { start: 0, end: size, sums, signal })) continue
  assertSame(digest, sums.digest())
  return size
}

/** All of a small blob, right. */
export async function readWhole(
  engine: Engine,
  digest: Digest,
  { maxBytes, signal }: AbortOptions & { readonly maxBytes: number },
): Promise<Uint8Array> {
  const opened = await openReadable(engine, digest, { signal })
  const { size } = opened.document
  if (size > maxBytes)
    throw new ContentError('TOO_LARGE', `${digest} has ${size} bytes, more than the limit of ${maxBytes}`, {
      digest,
      expected: maxBytes,
      actual: size,
      hint: 'read it in chunks with open(), or raise maxBytes',
    })
  const chunks: Uint8Array[] = []
  for await (const chunk of readRange(engine, opened, { start: 0, end: size, signal })) chunks.push(chunk)
  const bytes = new Uint8Array(Buffer.concat(chunks))
  assertSame(digest, digestOf(bytes, algorithmOf(digest)))
  return bytes
}

export const wrongSize = (digest: Digest, expected: number, actual: number): ContentError =>
  new ContentError('SIZE_MISMATCH', `${digest} has ${actual} bytes, not ${expected}`, {
    digest,
    expected,
    actual,
    hint: 'the descriptor states a wrong size',
  })

function assertSame(digest: Digest, actual: Digest): void {
  if (actual !== digest) throw damaged(digest, `it is ${actual}`)
}

function chunksWithin(chunks: readonly ListedChunk[], from: number, to: number): readonly PlacedChunk[] {
  const within: PlacedChunk[] = []
  let start = 0
  for (const chunk of chunks) {
    if (start < to && start + chunk.size > from) within.push({ ...chunk, start })
    start += chunk.size
  }
  return within
}
