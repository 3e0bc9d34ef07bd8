import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { OCI_INDEX, OCI_MANIFEST, schemas, type Descriptor } from '@lading/manifest'
import type { Source } from './source.ts'

/** Tells who refers to what, for a place that keeps no list of it. */
export type ReferrersAmong = (subject: Digest, options?: AbortOptions) => AsyncGenerator<Descriptor, void, undefined>

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
  const known = new Map<Digest, { readonly about: Digest; readonly entry: Descriptor } | 'nothing'>()
  const look = async (target: Descriptor, options?: AbortOptions): Promise<void> => {
    const { mediaType, digest, size } = target
    if (known.has(digest)) return
    known.set(digest, 'nothing')
    // Docker's format has no subjects.
    if (mediaType !== OCI_MANIFEST && mediaType !== OCI_INDEX) return
    try {
      const document = await source.document({ mediaType, digest, size }, options)
      if (document === undefined) return
      const manifest = schemas.unmarshal(mediaType, document.bytes)
      if (manifest.subject === undefined) return
      const { annotations } = manifest
      const type = manifest.artifactType ?? (manifest.kind === 'manifest' ? manifest.config.mediaType : undefined)
      const entry: Descriptor = {
        mediaType,
        digest,
        size,
        ...(type === undefined ? {} : { artifactType: type }),
        ...(annotations === undefined || Object.keys(annotations).length === 0 ? {} : { annotations }),
      }
      known.set(digest, { about: manifest.subject.digest, entry })
    } catch (error) {
      options?.signal?.throwIfAborted()
      if (!isLadingError(error)) throw error
    }
  }
  return async function* referrers(subject, options) {
    options?.signal?.throwIfAborted()
    const given = new Set<Digest>()
    for await (const target of targets(options)) {
      await look(target, options)
      const found = known.get(target.digest)
      if (found === undefined || found === 'nothing' || found.about !== subject || given.has(target.digest)) continue
      given.add(target.digest)
      yield found.entry
    }
  }
}
