import type { ArchivedImage, ArchiveSource } from '@lading/archive'
import type { AbortOptions } from '@lading/clock'
import { DeliveryError, type Publication } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { defaultPlatform, isArtifact, platformOf, samePlatform, type Descriptor, type Platform } from '@lading/manifest'
import { parseReference, withDigest, type Reference } from '@lading/reference'
import type { Store, StoreDelivery } from '@lading/store'
import type { Transfers } from '@lading/transfer'
import { deliver } from '../copy/deliver.ts'
import type { Selection } from '../copy/select.ts'
import { chooseDocuments, incomplete } from './choose-documents.ts'
import type { LoadedImage } from './load-archive.ts'
import type { LoadEvent } from './load-event.ts'
import { nameImages, type NamingOptions } from './load-names.ts'
import { verifyLayers, type VerifiedImage } from '../verify-layers.ts'

export interface LoadJob {
  readonly store: Store
  readonly source: ArchiveSource
  readonly delivery: StoreDelivery
  readonly transfers: Transfers
  readonly emit: (event: LoadEvent) => void
  readonly signal: AbortSignal
}

/** What keeps an image without a name: it is there under its image ID, and its digest in this repository. */
const nameless = parseReference('localhost/loaded')

interface Brought {
  readonly selection: Selection
  readonly references: readonly Reference[]
  readonly images: readonly VerifiedImage[]
}

/**
 * Everything is brought and verified first; names come last, so that an archive that is bad in one place names nothing.
 * Once the first image is named no signal ends it: then all are, unless the store fails.
 */
export async function bringImages(
  job: LoadJob,
  options: NamingOptions & { readonly platforms?: readonly Platform[] | undefined },
): Promise<readonly LoadedImage[]> {
  const { source, delivery, emit, signal } = job
  const images: ArchivedImage[] = []
  for await (const image of source.images({ signal })) images.push(image)
  const warn = (message: string): void => emit({ type: 'warning', code: 'NAME_UNUSABLE', message })
  const naming = nameImages(images, options, warn)
  const brought: Brought[] = []
  for (const [image, references] of naming) {
    const selection = await chooseDocuments(source, image.target, { platforms: options.platforms, signal })
    brought.push({ selection, references, images: await bring(job, selection) })
  }
  const isNameless = brought.some(({ references }) => references.length === 0)
  const named = isNameless ? await namedTargets(job) : new Set<Digest>()
  for (const each of brought) await delivery.check(publicationOf(each, named))
  const loaded: LoadedImage[] = []
  for (const [at, each] of brought.entries())
    loaded.push(await publish(job, each, { named, signal: at === 0 ? signal : undefined }))
  return loaded
}

/** Content and documents of one image, under no name yet; every layer verified. */
async function bring(job: LoadJob, selection: Selection): Promise<readonly VerifiedImage[]> {
  const { store, signal } = job
  for (const { descriptor, manifest } of selection.documents)
    if (manifest.kind === 'manifest' && !isArtifact(manifest))
      store.layers.assertLayerCount(manifest.layers.length, descriptor.digest)
  try {
    await deliver({ ...job, foreignOptional: false, hooks: {} }, selection, {})
  } catch (error) {
    throw explained(error, selection.target)
  }
  const images: VerifiedImage[] = []
  for (const document of selection.documents) {
    const image = await verifyLayers(store, document, signal)
    if (image !== undefined) images.push(image)
  }
  return images
}

function explained(error: unknown, target: Descriptor): unknown {
  if (isLadingError(error, 'CONTENT_UNKNOWN')) return incomplete(error.message, target, error)
  if (!isLadingError(error, 'DIGEST_MISMATCH')) return error
  return new DeliveryError('DIGEST_MISMATCH', error.message, {
    ...error.facts,
    cause: error,
    hint: 'the archive is damaged or was changed; no image was loaded. Write it again',
  })
}

/** What some name keeps already needs no other. */
async function namedTargets({ store, signal }: LoadJob): Promise<ReadonlySet<Digest>> {
  const named = new Set<Digest>()
  for await (const { target } of store.source().names({ signal })) named.add(target.digest)
  return named
}

function publicationOf(
  { selection: { target, documents }, references }: Brought,
  named: ReadonlySet<Digest>,
): Publication {
  const needsName = references.length === 0 && !named.has(target.digest)
  return {
    target,
    documents,
    names: needsName ? [String(withDigest(nameless, target.digest))] : references.map(String),
  }
}

async function publish(
  { store, delivery, emit }: Omit<LoadJob, 'signal'>,
  brought: Brought,
  { named, signal }: AbortOptions & { readonly named: ReadonlySet<Digest> },
): Promise<LoadedImage> {
  const { selection, references, images } = brought
  const { target } = selection
  const moved: LoadEvent[] = []
  for (const reference of references) {
    const before = await store.resolve(reference)
    if (before === undefined || before.digest === target.digest || reference.tag === undefined) continue
    const previous = await idOf(store, reference)
    if (previous !== undefined) moved.push({ type: 'moved', reference: String(reference), previous })
  }
  const result = await delivery.publish(publicationOf(brought, named), { signal })
  if (result.outcome === 'missing')
    throw incomplete(`${result.blobs.map(({ digest }) => digest).join(', ')} was removed in the meantime`, target)
  for (const event of moved) emit(event)
  const here = defaultPlatform()
  const image = images.find(({ config }) => samePlatform(platformOf(config), here)) ?? images[0]
  return { names: references.map(String), target, id: image?.id }
}

/** Of an image that is damaged there is none to tell. */
async function idOf(store: Store, reference: Reference): Promise<Digest | undefined> {
  try {
    return (await store.inspect(String(reference))).id
  } catch (error) {
    if (isLadingError(error)) return undefined
    throw error
  }
}
