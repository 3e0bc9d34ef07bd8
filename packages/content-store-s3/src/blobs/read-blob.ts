import type { AbortOptions } from '@lading/clock'
import { ContentError, type BlobAddress, type ByteRange } from '@lading/content-store'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'
import { createHasher, digestOf } from '@lading/digest/hash'
import { damaged, openReadable, type Readable } from './documents.ts'
import type { ListedChunk } from './done-document.ts'
import type { Engine } from './engine.ts'
import { readAhead } from './read-ahead.ts'

/**
 * The bytes of a range, each chunk verified before it is handed out. A chunk that is wrong is read a second time. When its
 * generation goes away or is damaged, and another one is here, its bytes are read from that one.
 *
 * @throws `CONTENT_UNKNOWN`, `CONTENT_DAMAGED`
 */
export async function* readRange(
  engine: Engine,
  opened: Readable,
  { start, end, signal }: ByteRange & AbortOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { digest } = opened
  const tried = new Set<number>()
  for (let readable = opened, at = start; at < end;) {
    tried.add(readable.generation)
    const { document } = readable
    if (document.chunks.length === 0) {
      yield document.content.slice(at, end)
      return
    }
    let failure: string | undefined
    for await (const { item, value } of readAhead(
      chunksWithin(document.chunks, at, end),
      read,
      engine.bounds.inFlight,
    )) {
      signal?.throwIfAborted()
      if (typeof value === 'string') {
        failure = value
        break
      }
      const piece = value.subarray(at - item.start, end - item.start)
      at += piece.length
      yield piece
    }
    if (failure === undefined) return
    readable = await openReadable(engine, digest, { signal })
    if (tried.has(readable.generation)) throw damaged(digest, failure)
  }

  /** Or what is wrong with it. */
  async function read({ key, size, sha256 }: ListedChunk): Promise<Uint8Array | string> {
    let actual = ''
    for (let time = 0; time < 2; time++) {
      const bytes = await engine.objects.get(key, { signal })
      if (bytes === undefined) return `${key} is missing`
      actual = hexOf(digestOf(bytes))
      if (bytes.length === size && actual === sha256) return bytes
    }
    return `${key} is ${actual}`
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
  const hasher = createHasher(algorithmOf(digest))
  for await (const chunk of readRange(engine, opened, { start: 0, end: actual, signal })) {
    hasher.update(chunk)
    if (actual === size) yield chunk
  }
  assertSame(digest, hasher.digest())
  if (actual !== size) throw wrongSize(digest, size, actual)
}

/** Reads and hashes all of it. Its size in bytes. */
export async function verifyBlob(engine: Engine, digest: Digest, { signal }: AbortOptions = {}): Promise<number> {
  const opened = await openReadable(engine, digest, { signal })
  const { size } = opened.document
  const hasher = createHasher(algorithmOf(digest))
  for await (const chunk of readRange(engine, opened, { start: 0, end: size, signal })) hasher.update(chunk)
  assertSame(digest, hasher.digest())
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
    throw new ContentError('TOO_LARGE', `${digest} has ${size} bytes, at most ${maxBytes} are read at once`, {
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
  new ContentError('SIZE_MISMATCH', `${digest} has ${actual} bytes, not the ${expected} that were asked for`, {
    digest,
    expected,
    actual,
    hint: 'the descriptor is wrong about the size',
  })

function assertSame(digest: Digest, actual: Digest): void {
  if (actual !== digest) throw damaged(digest, `it is ${actual}`)
}

interface Placed extends ListedChunk {
  /** Of its first byte in the blob. */
  readonly start: number
}

function chunksWithin(chunks: readonly ListedChunk[], from: number, to: number): readonly Placed[] {
  const within: Placed[] = []
  let start = 0
  for (const chunk of chunks) {
    if (start < to && start + chunk.size > from) within.push({ ...chunk, start })
    start += chunk.size
  }
  return within
}
