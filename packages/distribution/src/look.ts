import { successorsOf } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { ManifestDocument } from './ports.ts'
import type { PullJob } from './pull-job.ts'

/** What of an image is here, looked at once, after a lease was taken on all of it. */
export interface Look {
  /** Of the content that is here, in bytes. */
  readonly sizes: ReadonlyMap<Digest, number>
  /** Its manifest is here and so is each blob, of the size that the manifest says. */
  readonly isWhole: boolean
}

/**
 * Keeps an image from being collected, and then looks at what is here of it: what is seen before that may be gone.
 *
 * @param documents the manifest of the image last, and before it the indexes on the way
 */
export async function holdAndLook(
  { store, delivery }: Pick<PullJob, 'store' | 'delivery'>,
  documents: readonly ManifestDocument[],
  { descriptor, manifest, stored = false }: ManifestDocument,
): Promise<Look> {
  const blobs = manifest.kind === 'manifest' ? successorsOf(manifest) : []
  const held = new Set([...documents.map((document) => document.descriptor), ...blobs].map(({ digest }) => digest))
  await delivery.hold(held)
  const sizes = new Map<Digest, number>()
  await Promise.all(
    Array.from(held, async (digest) => {
      const found = await store.contents.stat(digest)
      if (found !== undefined) sizes.set(digest, found.size)
    }),
  )
  const isThere = blobs.every(({ digest, size }) => sizes.get(digest) === size)
  // What was read from here a moment ago need not be read again to be known for whole.
  const isManifestHere = stored ? sizes.get(descriptor.digest) === descriptor.size : undefined
  return { sizes, isWhole: isThere && (isManifestHere ?? (await store.present(descriptor))) }
}
