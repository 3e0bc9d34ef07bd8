import type { AbortOptions } from '@lading/clock'
import { DeliveryError, namesContent, referrersAmong, sendBytes, type Document, type Source } from '@lading/content'
import { algorithmOf, hexOf, tryParseDigest, type Digest } from '@lading/digest'
import { createHasher, verifyBytes } from '@lading/digest/hash'
import { printable } from '@lading/errors'
import { OCI_INDEX, schemas, type Descriptor } from '@lading/manifest'
import { ArchiveError } from '../archive-error.ts'
import { blobPath } from '../file-names.ts'
import type { ArchiveSource } from './archive-source.ts'
import type { ArchivedImage, Described } from './describe.ts'
import { readWhole, type Files, type StoredFile } from './files.ts'
import { documentLimit } from './members.ts'
import { chunkMemory } from './read-handle.ts'

interface Place {
  readonly files: Files
  /** What is there now. */
  readonly described: (options?: AbortOptions) => Promise<Described>
  /** The name of the source in messages. */
  readonly name: string
}

/** Files of an archive or a layout as a source. */
export function fileSource({ files, described, name: place }: Place): ArchiveSource {
  /** Content under its digest, for which no document has to be read; else from the docker part, or generated. */
  const find = async (digest: Digest, options?: AbortOptions): Promise<StoredFile | Document | undefined> => {
    const file = await files.find(blobPath(digest))
    if (file !== undefined) return file
    const { made, places } = await described(options)
    const path = places.get(digest)
    return made.get(digest) ?? (path === undefined ? undefined : files.find(path, { follow: true }))
  }
  /** As a file, whose digest its reader verifies, or as a document, which is verified. */
  const needed = async (descriptor: Descriptor, options?: AbortOptions): Promise<StoredFile | Document> => {
    const found = await find(descriptor.digest, options)
    if (found === undefined) throw unknownContent(descriptor.digest, place)
    if (isDocument(found)) verifyBytes(found.bytes, descriptor)
    else if (found.size !== descriptor.size) throw wrongSize(descriptor, found.size)
    return found
  }
  const whole = async (descriptor: Descriptor, options?: AbortOptions): Promise<Uint8Array | undefined> => {
    const found = await find(descriptor.digest, options)
    if (found === undefined) return undefined
    if (isDocument(found)) return found.bytes.slice()
    if (found.size !== descriptor.size) throw wrongSize(descriptor, found.size)
    return readWhole(found, { maxBytes: documentLimit, signal: options?.signal })
  }
  const byDigest = async (digest: Digest, options: AbortOptions): Promise<Descriptor | undefined> => {
    const file = await find(digest, options)
    if (file !== undefined && isDocument(file)) return namesContent(file.descriptor) ? file.descriptor : undefined
    if (file === undefined || file.size > documentLimit) return undefined
    const bytes = await readWhole(file, { maxBytes: documentLimit, signal: options.signal })
    verifyBytes(bytes, { digest, size: file.size })
    const { mediaType } = schemas.identify(undefined, bytes)
    return namesContent({ mediaType }) ? { mediaType, digest, size: file.size } : undefined
  }

  const send: Source['send'] = async (descriptor, sink, options) => {
    options?.signal?.throwIfAborted()
    const file = await needed(descriptor, options)
    if (isDocument(file))
      return sendBytes({ descriptor, bytes: file.bytes }, sink, { source: place, signal: options?.signal })
    const { offset } = sink
    const end = Math.min(sink.end ?? file.size, file.size)
    if (offset > end) throw beyond(descriptor, offset, end)
    await sink.begin({ start: offset, source: place })
    const memory = chunkMemory()
    for await (const chunk of file.read(offset, end, { memory: memory.take, signal: options?.signal })) {
      const wait = sink.write(chunk, memory.giveBack(chunk))
      if (wait !== undefined) await wait
    }
  }

  const source: ArchiveSource = {
    async *images(options) {
      options?.signal?.throwIfAborted()
      yield* (await described(options)).images
    },
    async *names({ signal } = {}) {
      signal?.throwIfAborted()
      for (const { names, target } of (await described({ signal })).images)
        for (const name of names) yield { name, target }
    },
    async resolve(name, { signal } = {}) {
      signal?.throwIfAborted()
      const { images } = await described({ signal })
      const named = images.filter(({ names }) => names.includes(name))
      if (named.length > 1) throw ambiguous(name, named)
      const digest = tryParseDigest(name)
      const found = named[0]?.target ?? (digest === undefined ? undefined : await byDigest(digest, { signal }))
      if (found === undefined) throw unknownName(name, { place, images })
      return found
    },
    async document(descriptor, options) {
      options?.signal?.throwIfAborted()
      const bytes = await whole(descriptor, options)
      if (bytes === undefined) return undefined
      verifyBytes(bytes, descriptor)
      return { descriptor, bytes }
    },
    async stat(digest, options) {
      options?.signal?.throwIfAborted()
      const found = await find(digest, options)
      return found && { size: isDocument(found) ? found.bytes.byteLength : found.size }
    },
    send,
    async *open(descriptor, options) {
      options?.signal?.throwIfAborted()
      const file = await needed(descriptor, options)
      if (isDocument(file)) {
        yield file.bytes.slice()
        return
      }
      const hasher = createHasher(algorithmOf(descriptor.digest))
      for await (const chunk of file.read(0, file.size, options)) {
        hasher.update(chunk)
        yield chunk
      }
      const actual = hasher.digest()
      if (actual !== descriptor.digest) throw mismatch(descriptor, actual, file.path)
    },
    async *referrers(subject, options) {
      const given = new Set<Digest>()
      for await (const referrer of referrers(subject, options)) {
        given.add(referrer.digest)
        yield referrer
      }
      // Some tools list them as registries without the referrers API do (distribution-spec, "Referrers Tag Schema").
      for (const referrer of await listed(subject, options)) if (!given.has(referrer.digest)) yield referrer
    },
    close: () => files.close(),
  }
  const referrers = referrersAmong(source, async function* targets(options) {
    for (const { target } of (await described(options)).images) yield target
  })
  async function listed(subject: Digest, options?: AbortOptions): Promise<readonly Descriptor[]> {
    const tag = `${algorithmOf(subject)}-${hexOf(subject)}`
    const found = (await described(options)).images.find(({ names }) => names.includes(tag))
    if (found === undefined || found.target.mediaType !== OCI_INDEX || found.target.digest === subject) return []
    const document = await source.document(found.target, options)
    const index = document && schemas.unmarshal(OCI_INDEX, document.bytes)
    return index?.kind === 'index' ? index.manifests.filter(namesContent) : []
  }
  return source
}

const isDocument = (found: StoredFile | Document): found is Document => 'bytes' in found

const unknownContent = (digest: Digest, place: string): DeliveryError =>
  new DeliveryError('CONTENT_UNKNOWN', `${digest} is not in ${printable(place, 300)}`, {
    digest,
    hint: 'its writer left it out, or the archive is cut off: write it again',
  })

function unknownName(
  name: string,
  { place, images }: { readonly place: string; readonly images: readonly ArchivedImage[] },
): DeliveryError {
  const there = images.map(({ names: [first], target }) => printable(first ?? target.digest, 200))
  const more = there.length > 10 ? ', …' : ''
  return new DeliveryError('CONTENT_UNKNOWN', `${printable(name, 300)} is not in ${printable(place, 300)}`, {
    hint: there.length === 0 ? 'it has no image' : `it has ${there.slice(0, 10).join(', ')}${more}`,
  })
}

const wrongSize = ({ digest, size }: Descriptor, actual: number): DeliveryError =>
  new DeliveryError('SIZE_MISMATCH', `${digest} has ${actual} bytes, not ${size}`, {
    digest,
    expected: size,
    actual,
    hint: 'the descriptor states a wrong size, or the archive is damaged: write it again',
  })

const beyond = ({ digest }: Descriptor, offset: number, end: number): DeliveryError =>
  new DeliveryError('RANGE_MISMATCH', `${offset} bytes of ${digest} are here, but it has only ${end}`, {
    digest,
    expected: end,
    actual: offset,
    hint: 'delete what is here, and start again',
  })

const mismatch = ({ digest }: Descriptor, actual: Digest, path: string): DeliveryError =>
  new DeliveryError(
    'DIGEST_MISMATCH',
    `the content of ${printable(path, 300)} has the digest ${actual}, not ${digest}`,
    {
      digest,
      expected: digest,
      actual,
      hint: 'it is damaged or was tampered with: write the archive again',
    },
  )

const ambiguous = (name: string, images: readonly ArchivedImage[]): ArchiveError =>
  new ArchiveError('ARCHIVE_AMBIGUOUS', `${images.length} images have the name ${printable(name, 300)}`, {
    reference: printable(name, 300),
    hint: `choose one by its digest: ${images.map(({ target }) => target.digest).join(', ')}`,
  })
