import { planPublication, type Document, type PublicationPlan } from '@lading/content'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import { assertStorable } from '@lading/reference-store'
import { StoreError } from './store-error.ts'
import { unlimited, type StoredImage } from './tree.ts'

/** What is to be published: as `Publication`, under any number of names. */
export interface NamedPublication {
  readonly references: readonly Reference[]
  readonly target: Descriptor
  readonly documents: readonly Document[]
}

/** What a publication writes, and what the law asks for besides: configs, layers, and every index below an index. */
export interface StorePlan extends PublicationPlan {
  readonly images: readonly StoredImage[]
}

/**
 * Everything about a publication that does not depend on what is here.
 *
 * @throws `PUBLICATION_INVALID`, `REFERENCE_AMBIGUOUS`, `REFERENCE_DIGEST_MISMATCH`; what decoding throws
 */
export async function planForStore(publication: NamedPublication): Promise<StorePlan> {
  for (const reference of publication.references) assertStorable(reference, publication.target)
  const plan = await planPublication(publication, { partialIndex: true, limits: unlimited }).catch((error: unknown) => {
    if (!isLadingError(error, 'PUBLICATION_INVALID')) throw error
    throw invalid(publication, error.message, error)
  })
  const images = plan.documents.flatMap(({ descriptor, manifest }) =>
    manifest.kind === 'manifest' ? [{ descriptor, manifest }] : [],
  )
  if (images.length === 0) throw invalid(publication, 'its documents contain no image')
  return { ...plan, images }
}

function invalid({ references, target }: NamedPublication, why: string, cause?: Error): StoreError {
  const [reference] = references
  const what = reference === undefined ? target.digest : String(reference)
  return new StoreError('PUBLICATION_INVALID', `${what} cannot be published: ${why}`, {
    ...(reference === undefined ? {} : { reference: String(reference) }),
    digest: target.digest,
    cause,
    hint: 'pass every document between the target and the image, with its bytes',
  })
}
