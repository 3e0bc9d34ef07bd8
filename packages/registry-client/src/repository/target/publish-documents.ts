import type { AbortOptions } from '@lading/clock'
import { isAbsence, planPublication, type Publication, type PublicationPlan, type PublishResult } from '@lading/content'
import { algorithmOf } from '@lading/digest'
import { isForeignLayerType, type Descriptor } from '@lading/manifest'
import type { Repository } from '../../registry-client.ts'
import type { Presence } from './presence.ts'

interface Parts {
  readonly manifests: Pick<Repository<unknown>['manifests'], 'put'>
  readonly presence: Presence
  /** Throws when the delivery has ended meanwhile. */
  readonly assertOpen: () => void
}

/** Puts documents, what is named before what names it, and the target under its tags last of all. */
export async function publishDocuments(
  parts: Parts,
  publication: Publication,
  options: AbortOptions,
): Promise<PublishResult> {
  const { presence } = parts
  const plan = await planPublication(publication, { partialIndex: false })
  if (await isPublished(presence.pointsTo, publication, options)) return { outcome: 'unchanged' }
  const missing = await missingOf(presence, plan, options)
  if (missing.length > 0) return { outcome: 'missing', blobs: missing }
  parts.assertOpen()
  try {
    await put(parts, publication, plan, options)
    return { outcome: 'published' }
  } catch (error) {
    // Something was collected since we were told of it.
    presence.forget()
    options.signal?.throwIfAborted()
    const gone = isAbsence(error) ? await missingOf(presence, plan, options) : []
    if (gone.length === 0) throw error
    return { outcome: 'missing', blobs: gone }
  }
}

/** Whether every name points there, or without names the target is there. */
export async function isPublished(
  pointsTo: Presence['pointsTo'],
  { target, names }: Pick<Publication, 'target' | 'names'>,
  options: AbortOptions,
): Promise<boolean> {
  for (const name of names.length > 0 ? names : [target.digest])
    if ((await pointsTo(name, options)) !== target.digest) return false
  return true
}

async function missingOf(
  presence: Presence,
  { needed }: PublicationPlan,
  options: AbortOptions,
): Promise<readonly Descriptor[]> {
  // A registry need not have what is not to be distributed, whether or not it has it.
  const own = needed.filter(({ mediaType }) => !isForeignLayerType(mediaType))
  const [first, ...others] = own
  // Alone, the first one shows what HEAD is worth here.
  const firstIsThere = first === undefined || (await presence.has(first, options))
  const there = await Promise.all(others.map((descriptor) => presence.has(descriptor, options)))
  return own.filter((_, at) => !(at === 0 ? firstIsThere : there[at - 1]))
}

async function put(
  { manifests, presence }: Parts,
  { target, names }: Publication,
  { documents }: PublicationPlan,
  { signal }: AbortOptions,
): Promise<void> {
  for (const { descriptor, bytes } of documents) {
    const { digest, mediaType } = descriptor
    const own = digest === target.digest ? names : []
    // Under a tag a registry computes a sha256: any other algorithm has to be in the URL.
    const [first = digest, ...tags] = algorithmOf(digest) === 'sha256' ? own : [digest, ...own]
    await manifests.put(first, bytes, { mediaType, tags, signal })
    presence.add(digest)
  }
}
