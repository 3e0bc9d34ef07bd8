import { isIndexType, schemas, type Descriptor, type Manifest } from '@lading/manifest'
import { StoreError } from './store-error.ts'
import type { Publication } from './store.ts'
import { blobsOf, type StoredImage } from './tree.ts'

export interface PlannedDocument {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

/** What a publication writes, and what must be here for it. */
export interface PublicationPlan {
  /** In the order of writing: what is named before what names it, the target last. */
  readonly documents: readonly PlannedDocument[]
  readonly images: readonly StoredImage[]
  /** What the law asks for besides the documents: configs, layers, and every index below an index. */
  readonly needed: readonly Descriptor[]
}

/** @throws `PUBLICATION_INVALID`; what decoding throws */
export function planPublication({ reference, target, manifests }: Publication): PublicationPlan {
  const given = new Map(manifests.map((document) => [document.descriptor.digest, document]))
  const documents: PlannedDocument[] = []
  const images: StoredImage[] = []
  const needed: Descriptor[] = []
  const seen = new Set<string>()

  // Depth first, and each document after its children. As deep as documents were given: a puller bounds that.
  const visit = (descriptor: Descriptor): void => {
    if (seen.has(descriptor.digest)) return
    seen.add(descriptor.digest)
    const document = given.get(descriptor.digest)
    if (document === undefined) {
      if (isIndexType(descriptor.mediaType)) needed.push(descriptor)
      return
    }
    const manifest = schemas.unmarshal(descriptor.mediaType, document.bytes)
    if (manifest.kind === 'index') {
      for (const child of manifest.manifests) visit(child)
    } else {
      images.push({ descriptor, manifest })
      needed.push(...blobsOf(manifest))
    }
    documents.push({ descriptor, bytes: document.bytes, manifest })
  }

  if (!given.has(target.digest)) throw invalid(`its target ${target.digest} is not among its documents`)
  visit(target)
  if (images.length === 0) throw invalid(`its documents lead from ${target.digest} to no image`)
  return { documents, images, needed }

  function invalid(why: string): StoreError {
    return new StoreError('PUBLICATION_INVALID', `${String(reference)} cannot be published: ${why}`, {
      reference: String(reference),
      digest: target.digest,
      hint: 'give every document on the way from the target to the image, with its bytes',
    })
  }
}
