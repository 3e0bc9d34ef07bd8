import type { AbortOptions } from '@lading/clock'
import type { CompressionKind } from '@lading/compression'
import { DeliveryError, type Delivery, type GiveBack } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isLadingError, printable } from '@lading/errors'
import type { TarEntryWithBody } from '@lading/tar'
import { ArchiveError } from '../archive-error.ts'
import { digestOfPath, DOCKER_MANIFEST_FILE, INDEX_FILE, LAYOUT_FILE, REPOSITORIES_FILE } from '../file-names.ts'
import { documentLimit, namesLimit } from './members.ts'
import { looksLikeDocument } from './looks-like-document.ts'
import { sniffedCompression } from './sniffed-compression.ts'
import type { MemberEvent } from './receive-archive.ts'
import { tooLarge } from './refusals.ts'

/** What became of a member. Sizes in bytes. */
export type ReceivedMember =
  /** A document: in memory. */
  | { readonly is: 'kept'; readonly bytes: Uint8Array }
  /** The delivery has it. */
  | { readonly is: 'delivered'; readonly digest: Digest; readonly size: number; readonly compression: CompressionKind }
  /** Images have nothing at such a path. */
  | { readonly is: 'passed over'; readonly size: number }

interface Incoming {
  readonly path: string
  readonly entry: TarEntryWithBody
  readonly delivery: Delivery
  /** How much is in memory, in bytes. */
  readonly kept: { bytes: number }
  /** Memory in which chunks of the archive are passed on. */
  readonly memory?: ((chunk: Uint8Array) => GiveBack | undefined) | undefined
  readonly onMember?: ((event: MemberEvent) => void) | undefined
}

/** The most bytes of documents that are kept in memory while an archive comes. */
const keptLimit = 64 * 1024 * 1024

const namesFiles: readonly string[] = [INDEX_FILE, DOCKER_MANIFEST_FILE, REPOSITORIES_FILE, LAYOUT_FILE]
/** Configs and layers of docker-archives, as docker, skopeo, podman, crane and others call them. */
const dockerPath =
  /^(?:[^/]+\/layer\.tar|[^/]+\.(?:tar|tgz|json)|[^/]+\.tar\.(?:gz|zst|zstd)|(?:sha256[:-])?[0-9a-f]{64})$/
const legacyImage = /^[0-9a-f]{64}\/json$/

export async function receiveMember(incoming: Incoming, { signal }: AbortOptions): Promise<ReceivedMember> {
  const { path, entry } = incoming
  const { size } = entry
  if (namesFiles.includes(path)) {
    if (size > namesLimit) throw tooLarge({ path, size }, namesLimit)
    return keep(incoming, await collect(entry.body, size))
  }
  const digest = digestOfPath(path)
  if (digest === undefined && !dockerPath.test(path) && !legacyImage.test(path)) return { is: 'passed over', size }
  if (size <= documentLimit) {
    const bytes = await collect(entry.body, size)
    if (looksLikeDocument(bytes)) return keep(incoming, bytes)
    return deliver(incoming, digest, only(bytes), signal)
  }
  return deliver(incoming, digest, entry.body, signal)
}

function keep({ path, kept }: Incoming, bytes: Uint8Array): ReceivedMember {
  kept.bytes += bytes.byteLength
  if (kept.bytes <= keptLimit) return { is: 'kept', bytes }
  throw new ArchiveError(
    'ARCHIVE_TOO_LARGE',
    `the documents of the archive have more than ${keptLimit} bytes; the limit was reached at ${printable(path, 300)}`,
    {
      path: printable(path, 300),
      expected: keptLimit,
      hint: 'write it to a file, and load the file: from a pipe, documents are kept in memory',
    },
  )
}

async function deliver(
  { path, entry: { size }, delivery, memory, onMember }: Incoming,
  digest: Digest | undefined,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<ReceivedMember> {
  const mediaType = 'application/octet-stream'
  const what = digest === undefined ? { mediaType, size } : { mediaType, digest, size }
  const receiver = await delivery.receive(what, { signal })
  const start = sniffedCompression(path)
  if (typeof receiver === 'string') {
    if (digest === undefined) return { is: 'passed over', size }
    for await (const _ of start.through(body)) if (start.isKnown()) break
    return { is: 'delivered', digest, size, compression: start.kind() }
  }
  onMember?.({ path, size })
  try {
    // What an interrupted delivery left cannot be used: this one starts from the beginning.
    await receiver.begin({ start: 0, source: path })
    for await (const chunk of start.through(body)) {
      signal?.throwIfAborted()
      const wait = receiver.write(chunk, memory?.(chunk))
      if (wait !== undefined) await wait
    }
    const committed = await receiver.commit({ signal })
    return { is: 'delivered', digest: committed.digest, size: committed.size, compression: start.kind() }
  } catch (error) {
    // The next attempt cannot use half a member either.
    await receiver.discard().catch(() => undefined)
    throw isLadingError(error, 'DIGEST_MISMATCH') ? lie(path, error) : error
  } finally {
    await receiver.close()
  }
}

function lie(path: string, cause: Error): DeliveryError {
  return new DeliveryError(
    'DIGEST_MISMATCH',
    `${printable(path, 300)} has other content than its name states: ${cause.message}`,
    {
      path: printable(path, 300),
      cause,
      hint: 'the archive is damaged or was tampered with, and no name was set: write it again',
    },
  )
}

async function collect(body: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let at = 0
  for await (const chunk of body) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  if (bytes.byteLength > 0) yield bytes
}
