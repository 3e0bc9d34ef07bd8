import type { PlannedDocument } from '@lading/content'
import type { ContentStore } from '@lading/content-store'
import { targetReference } from '@lading/reference-store'
import type { Parts } from './parts.ts'
import { missingBelow, missingOf } from './present.ts'
import type { NamedPublication, StorePlan } from './publication-plan.ts'
import { documentLimit } from './read-manifest.ts'
import { isToBeFetched } from './unusable.ts'

/** Whether there is nothing left to do for a publication: all its names are there, and all that they need. Writes nothing. */
export async function isPublished(
  { contents, references }: Pick<Parts, 'contents' | 'references'>,
  { references: wanted, target }: NamedPublication,
  { needed, documents }: StorePlan,
): Promise<boolean> {
  for (const reference of wanted)
    for (const name of [reference, targetReference(reference, target)])
      if ((await references.get(name))?.digest !== target.digest) return false
  for (const document of documents) if (!(await isHere(contents, document))) return false
  return [...(await missingOf(contents, needed)), ...(await missingBelow(contents, needed))].length === 0
}

/** Whether the document is in `blobs/`, whole. */
export async function isHere(contents: ContentStore, { descriptor }: PlannedDocument): Promise<boolean> {
  try {
    await contents.read(descriptor.digest, { maxBytes: documentLimit })
    return true
  } catch (error) {
    if (!isToBeFetched(error)) throw error
    return false
  }
}
