import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { OCI_INDEX, OCI_MANIFEST, schemas, type Descriptor } from '@lading/manifest'
import type { Source } from './source.ts'

/** Tells who refers to what, for a place that keeps no list of it. */
export type ReferrersAmong = (subject: Digest, options?: AbortOptions) => AsyncGenerator<Descriptor, void, undefined>

interface Reference {
  readonly about: Digest
  readonly entry: Descriptor
}

/**
 * `Source.referrers` of a place that can list its targets: each of them is read, once, and what has the subject is a
 * referrer. As in the lists of registries, an entry has the annotations of the document and its artifact type, for which
 * the config's type stands in (distribution-spec, "Listing Referrers"). What cannot be read refers to nothing.
 *
 * @param targets what the place has names for, in order
 */
export function referrersAmong(
  source: Pick<Source, 'document'>,
  targets: (options?: AbortOptions) => AsyncIterable<Descriptor>,
): ReferrersAmong {
  // What a digest is about never changes.
  const known = new Map<Digest, Reference | 'nothing'>()
  const look = async (target: Descriptor, options?: AbortOptions): Promise<Reference | 'nothing'> => {
    const { digest } = target
    let found = known.get(digest)
    if (found === undefined) {
      // Only what was read to its end is kept: others ask meanwhile, and whoever asks first may give up.
      found = await read(target, options)
      known.set(digest, found)
    }
    return found
  }
  const read = async (
    { mediaType, digest, size }: Descriptor,
    options?: AbortOptions,
  ): Promise<Reference | 'nothing'> => {
    // Docker's format has no subjects.
    if (mediaType !== OCI_MANIFEST && mediaType !== OCI_INDEX) return 'nothing'
    try {
      const document = await source.document({ mediaType, digest, size }, options)
      if (document === undefined) return 'nothing'
      const manifest = schemas.unmarshal(mediaType, document.bytes)
      if (manifest.subject === undefined) return 'nothing'
      const { annotations } = manifest
      const type = manifest.artifactType ?? (manifest.kind === 'manifest' ? manifest.config.mediaType : undefined)
      const entry: Descriptor = {
        mediaType,
        digest,
        size,
        ...(type === undefined ? {} : { artifactType: type }),
        ...(annotations === undefined || Object.keys(annotations).length === 0 ? {} : { annotations }),
      }
      return { about: manifest.subject.digest, entry }
    } catch (error) {
      options?.signal?.throwIfAborted()
      if (!isLadingError(error)) throw error
      return 'nothing'
    }
  }
  return async function* referrers(subject, options) {
    options?.signal?.throwIfAborted()
    const given = new Set<Digest>()
    for await (const target of targets(options)) {
      const found = await look(target, options)
      if (found === 'nothing' || found.about !== subject || given.has(target.digest)) continue
      given.add(target.digest)
      yield found.entry
    }
  }
}
