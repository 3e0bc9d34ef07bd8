import type { AbortOptions } from '@lading/clock'
import type { PlannedDocument } from '@lading/content'
import type { Staged } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { ImageRecord } from '@lading/image-store'
import type { Descriptor } from '@lading/manifest'
import { targetReference, type Names } from '@lading/reference-store'
import { despiteLostLock } from './after-lost-lock.ts'
import { isRecorded, recordOf } from './image-facts.ts'
import type { Parts } from './parts.ts'
import { pointName } from './point-name.ts'
import { isHere, isPublished } from './is-published.ts'
import { missingBelow, missingOf } from './present.ts'
import { planForStore, type NamedPublication, type StorePlan } from './publication-plan.ts'
import type { PublishResult, SeenOptions } from './store.ts'
import { besideOf } from './tree.ts'
import { isToBeFetched, isWriteRefusal } from './unusable.ts'

type StagedDocuments = Map<Digest, Staged>

/** Publishes a target under any number of names. */
export type PublishAll = (publication: NamedPublication, options?: AbortOptions & SeenOptions) => Promise<PublishResult>

/**
 * The last step of a pull, and of everything else that brings an image. Documents are written and synced beside `blobs/` before the lock is taken, so that under it
 * there are only looks, renames and one write of `index.json`.
 */
export function createPublish(parts: Parts): PublishAll {
  return async (publication, options = {}) => {
    const { allHere = false } = options
    options.signal?.throwIfAborted()
    const plan = await planForStore(publication)
    const named = { ...publication, target: asItIs(publication.target, plan) }
    const { references, target } = named
    const only = references.flatMap((reference) => [reference, targetReference(reference, target)])
    await parts.writable()
    const published = despiteLostLock(async () => {
      const staged: StagedDocuments = new Map()
      try {
        for (const document of plan.documents)
          if (!allHere && !(await isHere(parts.contents, document))) await stage(parts, document, staged)
        return await parts.references.update((names) => publishLocked(parts, named, { plan, staged, names, allHere }), {
          signal: options.signal,
          only,
        })
      } finally {
        // Published ones have nothing to discard; a failure before it has its own error to report.
        for (const document of staged.values()) await document.discard().catch(() => {})
      }
    })
    return published.catch(async (error: unknown) => {
      // Without a lock, which takes a file: where nothing can be written, what is up to date needs nothing.
      if (!isWriteRefusal(error) || !(await isPublished(parts, named, plan).catch(() => false))) throw error
      return { outcome: 'unchanged' }
    })
  }
}

/** The target by its own media type: what a name points to is looked up by it, also by other readers of the layout. */
function asItIs(target: Descriptor, { documents }: StorePlan): Descriptor {
  const own = documents.find(({ descriptor }) => descriptor.digest === target.digest)?.descriptor.mediaType
  return own === undefined || own === target.mediaType ? target : { ...target, mediaType: own }
}

async function publishLocked(
  parts: Parts,
  { references, target }: NamedPublication,
  {
    plan,
    staged,
    names,
    allHere,
  }: {
    readonly plan: StorePlan
    readonly staged: StagedDocuments
    readonly names: Names
    readonly allHere: boolean
  },
): Promise<PublishResult> {
  const { contents, images } = parts
  const missing = [...(await missingOf(contents, plan.needed)), ...(await missingBelow(contents, plan.needed))]
  if (missing.length > 0) return { outcome: 'missing', blobs: missing }
  const records = await recordsOf(parts, plan, { allHere })
  if ('unreadable' in records) return { outcome: 'missing', blobs: records.unreadable }

  // A collection may have taken since what was here a moment ago.
  for (const document of plan.documents) {
    const { digest } = document.descriptor
    if (!staged.has(digest) && (await contents.stat(digest))?.size !== document.bytes.length)
      await stage(parts, document, staged)
  }
  const isNamed = references.every(
    (reference) =>
      names.get(reference)?.digest === target.digest && names.get(targetReference(reference, target)) !== undefined,
  )
  const here = plan.documents.map(({ descriptor }) => descriptor.digest).filter((digest) => !staged.has(digest))
  // Whoever wrote these names and records had synced what they lead to before.
  const isSettled = allHere && isNamed && records.length === 0 && staged.size === 0
  if (!isSettled) await contents.makeDurable([...plan.needed.map(({ digest }) => digest), ...besideOf(target), ...here])
  for (const { descriptor } of plan.documents) await staged.get(descriptor.digest)?.publish()
  await contents.makeDurable(staged.keys())
  const underLock = { assertHeld: () => names.assertHeld(), fence: names.fence }
  for (const record of records) await images.create(record, underLock)

  const changed = staged.size > 0 || !isNamed
  const moved: Digest[] = []
  for (const reference of references) {
    const byDigest = targetReference(reference, target)
    const before = await pointName(parts, names, reference, target)
    if (before !== undefined) moved.push(before)
    names.set(byDigest, target)
  }
  if (!changed) return { outcome: 'unchanged' }
  const [previous] = moved
  return { outcome: 'published', ...(previous === undefined ? {} : { previous }) }
}

async function stage(
  { contents }: Parts,
  { descriptor, bytes }: PlannedDocument,
  staged: StagedDocuments,
): Promise<void> {
  staged.set(descriptor.digest, await contents.stage(descriptor.digest, bytes))
}

/** The records that are to be written. */
async function recordsOf(
  { contents, images }: Parts,
  plan: StorePlan,
  { allHere }: { readonly allHere: boolean },
): Promise<readonly ImageRecord[] | { readonly unreadable: readonly Descriptor[] }> {
  const indexes = plan.documents
    .filter(({ manifest }) => manifest.kind === 'index')
    .map(({ descriptor }) => descriptor.digest)
  const records: ImageRecord[] = []
  const unreadable: Descriptor[] = []
  for (const image of plan.images) {
    if (allHere && isRecorded(image, indexes, await images.get(image.manifest.config.digest))) continue
    try {
      const record = await recordOf(contents, image, indexes)
      if (record !== undefined) records.push(record)
    } catch (error) {
      if (!isToBeFetched(error)) throw error
      unreadable.push(image.manifest.config)
    }
  }
  return unreadable.length > 0 ? { unreadable } : records
}
