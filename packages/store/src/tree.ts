import { walk, type WalkLimits } from '@lading/content'
import type { ContentStore } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { isIndexType, schema1EnvelopeOf, type Descriptor, type ImageIndex, type ImageManifest } from '@lading/manifest'
import { ownType, readDocument } from './read-manifest.ts'

export interface StoredImage {
  /** As the index names it (with its platform), or the target itself. */
  readonly descriptor: Descriptor
  readonly manifest: ImageManifest
}

/** What a target reaches. `subject` is not followed: a manifest does not name it. */
export interface Tree {
  readonly target: Descriptor
  /** Indexes whose file is here, outermost first. */
  readonly indexes: readonly { readonly descriptor: Descriptor; readonly manifest: ImageIndex }[]
  /** Image manifests whose file is here, in the order of their indexes. */
  readonly images: readonly StoredImage[]
  /** Manifests and indexes that are named and not here. */
  readonly absent: readonly Descriptor[]
  /** Those of the absent ones that are here and damaged. */
  readonly damaged: readonly Descriptor[]
  /** Everything that is named, here or not: documents, configs, layers; and what the name keeps beside them. */
  readonly reached: ReadonlySet<Digest>
}

/** Whoever publishes bounds what is published; what is here must be readable. */
export const unlimited: WalkLimits = {
  depth: Number.POSITIVE_INFINITY,
  documents: Number.POSITIVE_INFINITY,
  digests: Number.POSITIVE_INFINITY,
}

/**
 * Reads what a target reaches, as far as it is here. Each document once; a digest cannot be inside itself, so this ends.
 *
 * @param options.damagedIsAbsent a document that is damaged counts as one that is not here. Default false.
 * @throws what reading throws: a document that is here and cannot be read is not passed over
 */
export async function readTree(
  contents: ContentStore,
  target: Descriptor,
  options: ReadTreeOptions = {},
): Promise<Tree> {
  try {
    return await readTreeAs(contents, target, options)
  } catch (error) {
    if (!isLadingError(error) || error.name !== 'ManifestError') throw error
    // What the entry of a name says of its target may be wrong; the target has the last word.
    const document = await readDocument(contents, target)
    const mediaType = document === undefined ? undefined : ownType(document.bytes)
    if (mediaType === undefined || mediaType === target.mediaType) throw error
    return { ...(await readTreeAs(contents, { ...target, mediaType }, options)), target }
  }
}

interface ReadTreeOptions {
  readonly damagedIsAbsent?: boolean | undefined
  /** Told of what is here and cannot be read, which then counts as absent. Default: it is thrown. */
  readonly onUnreadable?: ((descriptor: Descriptor) => void) | undefined
}

async function readTreeAs(
  contents: ContentStore,
  target: Descriptor,
  { damagedIsAbsent = false, onUnreadable }: ReadTreeOptions,
): Promise<Tree> {
  const indexes: { descriptor: Descriptor; manifest: ImageIndex }[] = []
  const images: StoredImage[] = []
  const absent: Descriptor[] = []
  const damaged: Descriptor[] = []
  const reached = new Set<Digest>()
  const here = {
    document: (descriptor: Descriptor) =>
      readDocument(contents, descriptor).catch((error: unknown) => {
        if (damagedIsAbsent && isLadingError(error, 'CONTENT_DAMAGED')) damaged.push(descriptor)
        else if (onUnreadable !== undefined && isLadingError(error, 'CONTENT_UNREADABLE')) onUnreadable(descriptor)
        else throw error
        return undefined
      }),
  }
  for await (const visit of walk(here, target, { forgive: isNoManifest, limits: unlimited })) {
    const { descriptor } = visit
    reached.add(descriptor.digest)
    if (visit.kind === 'absent') absent.push(descriptor)
    if (visit.kind !== 'document') continue
    if (visit.manifest.kind === 'index') indexes.push({ descriptor, manifest: visit.manifest })
    else images.push({ descriptor, manifest: visit.manifest })
  }
  for (const digest of besideOf(target)) reached.add(digest)
  return { target, indexes, images, absent, damaged, reached }
}

/** An index may call anything a manifest. What is none names nothing, and must not make the whole store unreadable. */
const isNoManifest = (error: unknown, { mediaType }: Descriptor): boolean =>
  !isIndexType(mediaType) && isLadingError(error) && (error.name === 'ManifestError' || error.code === 'TOO_LARGE')

/** What a name keeps beside what its target names: of an image that came as schema 1, the document as it came. */
export function besideOf(target: Descriptor): readonly Digest[] {
  const envelope = schema1EnvelopeOf(target)
  return envelope === undefined ? [] : [envelope]
}
