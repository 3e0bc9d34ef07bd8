import { verifyBytes } from '@lading/digest/hash'
import { isIndexType, type Descriptor, type Manifest } from '@lading/manifest'
import { DeliveryError } from './delivery-error.ts'
import type { Document } from './document.ts'
import { successorsOf } from './successors.ts'
import type { Publication } from './target.ts'
import { walk, type WalkLimits } from './walk.ts'

export interface PlannedDocument extends Document {
  readonly manifest: Manifest
}

/** What a publication writes, and what must be there for it. */
export interface PublicationPlan {
  /** In the order of writing: what is named before what names it, the target last. */
  readonly documents: readonly PlannedDocument[]
  /**
   * Each once: what the manifests name, and the indexes that were not given; and without `partialIndex` every other child
   * that was not given.
   */
  readonly needed: readonly Descriptor[]
}

/**
 * Sorts the documents of a publication, decodes and verifies them. Documents that the target does not lead to are left out.
 *
 * @throws DeliveryError `PUBLICATION_INVALID` without the target's own document, `GRAPH_TOO_LARGE`; DigestError for wrong
 *   bytes; ManifestError
 */
export async function planPublication(
  { target, documents: given }: Pick<Publication, 'target' | 'documents'>,
  { partialIndex, limits }: { readonly partialIndex: boolean; readonly limits?: WalkLimits | undefined },
): Promise<PublicationPlan> {
  const byDigest = new Map(given.map((document) => [document.descriptor.digest, document]))
  if (!byDigest.has(target.digest)) {
    throw new DeliveryError('PUBLICATION_INVALID', `the document of ${target.digest} is not given`, {
      digest: target.digest,
      hint: 'give the target and every manifest and index below it that is to be there, with its bytes',
    })
  }
  const source = { document: async ({ digest }: Descriptor): Promise<Document | undefined> => byDigest.get(digest) }
  const documents: PlannedDocument[] = []
  const needed = new Map<string, Descriptor>()
  for await (const visit of walk(source, target, { order: 'children-first', limits })) {
    const { kind, descriptor } = visit
    if (kind === 'document') {
      verifyBytes(visit.bytes, descriptor)
      documents.push({ descriptor, bytes: visit.bytes, manifest: visit.manifest })
      if (visit.manifest.kind === 'manifest')
        for (const blob of successorsOf(visit.manifest)) needed.set(blob.digest, blob)
    } else if (!partialIndex || (kind === 'absent' && isIndexType(descriptor.mediaType))) {
      needed.set(descriptor.digest, descriptor)
    }
  }
  return { documents, needed: [...needed.values()] }
}
