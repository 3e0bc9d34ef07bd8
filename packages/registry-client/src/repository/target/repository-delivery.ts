import type { AbortOptions } from '@lading/clock'
import {
  DeliveryError,
  isAbsence,
  planPublication,
  type Delivery,
  type Origin,
  type Publication,
  type PublicationPlan,
  type PublishResult,
  type Receiver,
} from '@lading/content'
import { algorithmOf, type Digest } from '@lading/digest'
import { isIndexType, isManifestType, type Descriptor, type Schemas } from '@lading/manifest'
import type { Repository } from '../../registry-client.ts'
import { repositoryUrl } from '../../site/api-url.ts'
import type { Site } from '../../site/site.ts'
import { headBlob } from '../head-blob.ts'
import { headManifest } from '../manifests.ts'
import { openUpload, type UploadSession } from '../upload/upload-session.ts'
import { openFromOrigins } from './open-from-origins.ts'
import { giveUp, goOnWith, newUpload, type OpenUpload } from './open-upload.ts'
import { uploadReceiver } from './upload-receiver.ts'

/** What a delivery needs of the repository. */
export interface DeliveryParts {
  readonly manifests: Pick<Repository<unknown>['manifests'], 'put'>
  readonly schemas: Pick<Schemas, 'mediaTypes'>
  /** Runs work at the endpoint that may be pushed to: a mirror's word counts nothing here. */
  readonly change: <T>(work: (site: Site) => Promise<T>, options: AbortOptions) => Promise<T>
  readonly chunkSize: number | undefined
}

/** One delivery into a repository. Nothing is held at a registry: what it collects meanwhile, `publish` says is missing. */
export function repositoryDelivery({ manifests, schemas, change, chunkSize }: DeliveryParts): Delivery {
  const receivers = new Set<Receiver>()
  const uploads = new Map<Digest, OpenUpload>()
  /** What the registry said, or took, in this delivery. */
  const there = new Set<Digest>()
  let ended = false

  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted()
    if (ended) throw new DeliveryError('DELIVERY_ENDED', 'this delivery has ended', { hint: 'begin another one' })
  }
  const end = async (): Promise<void> => {
    if (ended) return
    ended = true
    for (const receiver of receivers) await receiver.close()
    for (const upload of uploads.values()) await giveUp(upload)
  }
  const targetOf = (name: string, { signal }: AbortOptions): Promise<Descriptor | undefined> =>
    change((site) => headManifest(site, schemas, name, { signal }), { signal })

  async function look(descriptor: Descriptor, { signal }: AbortOptions): Promise<boolean> {
    const { digest, size } = descriptor
    try {
      const found = isDocument(descriptor)
        ? await targetOf(digest, { signal })
        : await change((site) => headBlob(site, repositoryUrl(site, `blobs/${digest}`), digest, { signal }), { signal })
      // Some say only that it is there.
      return found === undefined || found.size === size
    } catch (error) {
      if (isAbsence(error)) return false
      throw error
    }
  }
  async function has(descriptor: Descriptor, options: AbortOptions): Promise<boolean> {
    const { digest } = descriptor
    if (!there.has(digest) && (await look(descriptor, options))) there.add(digest)
    return there.has(digest)
  }

  /** An upload that goes on, or a new one; `mounted` where none is needed. */
  async function openFor(
    digest: Digest | undefined,
    mount: readonly Origin[],
    { signal }: AbortOptions,
  ): Promise<OpenUpload | 'mounted'> {
    const before = digest === undefined ? undefined : uploads.get(digest)
    if (before !== undefined) {
      uploads.delete(before.digest as Digest)
      return goOnWith(before, { signal })
    }
    return change(
      async (site) => {
        const session =
          digest === undefined
            ? ((await openUpload(site, digest, { signal })) as UploadSession)
            : await openFromOrigins(site, digest, mount, { signal })
        return session === undefined ? 'mounted' : newUpload(site, digest, session)
      },
      { signal },
    )
  }

  async function missingOf({ needed }: PublicationPlan, options: AbortOptions): Promise<readonly Descriptor[]> {
    const missing: Descriptor[] = []
    for (const descriptor of needed) if (!(await has(descriptor, options))) missing.push(descriptor)
    return missing
  }

  /** Whether every name points there, or without names the target is there. */
  async function isSo({ target, names }: Publication, options: AbortOptions): Promise<boolean> {
    for (const name of names.length > 0 ? names : [target.digest]) {
      const found = await targetOf(name, options).catch((error: unknown) => {
        if (!isAbsence(error)) throw error
      })
      if (found?.digest !== target.digest) return false
    }
    return true
  }

  async function put({ target, names }: Publication, plan: PublicationPlan, { signal }: AbortOptions): Promise<void> {
    for (const { descriptor, bytes } of plan.documents) {
      const { digest, mediaType } = descriptor
      const own = digest === target.digest ? names : []
      // Under a tag a registry computes a sha256: any other algorithm has to be in the URL.
      const [first = digest, ...tags] = algorithmOf(digest) === 'sha256' ? own : [digest, ...own]
      await manifests.put(first, bytes, { mediaType, tags, signal })
      there.add(digest)
    }
  }

  return {
    async has(descriptor, options = {}) {
      assertOpen(options.signal)
      return has(descriptor, options)
    },
    async receive(what, { mount = [], signal } = {}) {
      assertOpen(signal)
      const digest = 'digest' in what ? what.digest : undefined
      if ('digest' in what && (await has(what, { signal }))) return 'here'
      const upload = await openFor(digest, mount, { signal })
      if (upload === 'mounted') {
        if (digest !== undefined) there.add(digest)
        return 'mounted'
      }
      const receiver = uploadReceiver(upload, {
        what,
        chunkSize,
        onCommit: (descriptor) => there.add(descriptor.digest),
        onKeep: (kept) => void (kept.digest === undefined ? giveUp(kept) : uploads.set(kept.digest, kept)),
      })
      receivers.add(receiver)
      // It may have ended while the registry was asked.
      if (ended) await receiver.discard()
      assertOpen(signal)
      return receiver
    },
    async publish(publication, { signal } = {}): Promise<PublishResult> {
      assertOpen(signal)
      const options = { signal }
      const plan = await planPublication(publication, { partialIndex: false })
      if (await isSo(publication, options)) return { outcome: 'unchanged' }
      const missing = await missingOf(plan, options)
      if (missing.length > 0) return { outcome: 'missing', blobs: missing }
      assertOpen(signal)
      try {
        await put(publication, plan, options)
      } catch (error) {
        // Something was collected since we were told of it.
        there.clear()
        const gone = isAbsence(error) ? await missingOf(plan, options) : []
        if (gone.length === 0) throw error
        return { outcome: 'missing', blobs: gone }
      }
      return { outcome: 'published' }
    },
    async finish({ signal } = {}) {
      assertOpen(signal)
      await end()
    },
    abort: end,
  }
}

const isDocument = ({ mediaType }: Descriptor): boolean => isIndexType(mediaType) || isManifestType(mediaType)
