import type { ContentStore } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import {
  isIndexType,
  isManifestType,
  schema1EnvelopeOf,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
} from '@lading/manifest'
import { readManifest, type ReadManifest } from './read-manifest.ts'

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
  /** Everything that is named, here or not: documents, configs, layers; and what the name keeps beside them. */
  readonly reached: ReadonlySet<Digest>
}

/**
 * Reads what a target reaches, as far as it is here. Each document once; a digest cannot be inside itself, so this ends.
 *
 * @throws what reading throws: a document that is here and cannot be read is not passed over
 */
export async function readTree(contents: ContentStore, target: Descriptor): Promise<Tree> {
  const indexes: { descriptor: Descriptor; manifest: ImageIndex }[] = []
  const images: StoredImage[] = []
  const absent: Descriptor[] = []
  const reached = new Set<Digest>()
  const ahead: Descriptor[] = [target]
  for (let descriptor = ahead.pop(); descriptor !== undefined; descriptor = ahead.pop()) {
    if (reached.has(descriptor.digest)) continue
    reached.add(descriptor.digest)
    // An entry of an index that is no manifest is kept, and names nothing.
    if (descriptor !== target && !isDocument(descriptor)) continue
    const found =
      descriptor === target || isIndexType(descriptor.mediaType)
        ? await readManifest(contents, descriptor)
        : await readEntry(contents, descriptor)
    if (found === 'no manifest') continue
    if (found === undefined) {
      absent.push(descriptor)
    } else if (found.manifest.kind === 'index') {
      indexes.push({ descriptor, manifest: found.manifest })
      ahead.push(...found.manifest.manifests.toReversed())
    } else {
      images.push({ descriptor, manifest: found.manifest })
      for (const blob of blobsOf(found.manifest)) reached.add(blob.digest)
    }
  }
  for (const digest of besideOf(target)) reached.add(digest)
  return { target, indexes, images, absent, reached }
}

/** An index may call anything a manifest. What is none names nothing, and must not make the whole store unreadable. */
async function readEntry(
  contents: ContentStore,
  descriptor: Descriptor,
): Promise<ReadManifest | undefined | 'no manifest'> {
  try {
    return await readManifest(contents, descriptor)
  } catch (error) {
    if (isLadingError(error) && (error.name === 'ManifestError' || error.code === 'TOO_LARGE')) return 'no manifest'
    throw error
  }
}

/** What a manifest names: its config and its layers. */
export const blobsOf = (manifest: ImageManifest): readonly Descriptor[] => [manifest.config, ...manifest.layers]

/** What a name keeps beside what its target names: of an image that came as schema 1, the document as it came. */
export function besideOf(target: Descriptor): readonly Digest[] {
  const envelope = schema1EnvelopeOf(target)
  return envelope === undefined ? [] : [envelope]
}

const isDocument = ({ mediaType }: Descriptor): boolean => isIndexType(mediaType) || isManifestType(mediaType)
