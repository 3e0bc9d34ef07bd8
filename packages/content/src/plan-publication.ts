import { verifyBytes } from '@lading/digest/hash'
import { isIndexType, ManifestError, type Descriptor, type Manifest } from '@lading/manifest'
import type { Digest } from '@lading/digest'
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
 *   bytes; ManifestError, also for content that is named in two sizes: no target could ever have both
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
  const sizes = new Map<Digest, number>()
  for await (const visit of walk(source, target, { order: 'children-first', limits })) {
    const { kind, descriptor } = visit
    if (kind === 'document') {
      verifyBytes(visit.bytes, descriptor)
      // What named it may have called it by the other family's type; a registry takes it by its own alone.
      const { mediaType } = visit.manifest
      documents.push({ descriptor: { ...descriptor, mediaType }, bytes: visit.bytes, manifest: visit.manifest })
      refuseTwoSizes(sizes, descriptor, descriptor)
      if (visit.manifest.kind === 'manifest') {
        for (const blob of successorsOf(visit.manifest)) {
          refuseTwoSizes(sizes, blob, descriptor)
          needed.set(blob.digest, blob)
        }
      }
    } else if (!partialIndex || (kind === 'absent' && isIndexType(descriptor.mediaType))) {
      needed.set(descriptor.digest, descriptor)
    }
  }
  return { documents, needed: [...needed.values()] }
}

function refuseTwoSizes(sizes: Map<Digest, number>, { digest, size }: Descriptor, document: Descriptor): void {
  const other = sizes.get(digest) ?? size
  sizes.set(digest, size)
  if (other === size) return
  throw new ManifestError(
    'MANIFEST_INVALID',
    `${document.digest} says that ${digest} has ${size} bytes, where it has ${other}`,
    {
      digest,
      expected: other,
      actual: size,
      hint: 'content has one size; the tool that built the image is at fault. Ask its publisher to push it again',
    },
  )
}
