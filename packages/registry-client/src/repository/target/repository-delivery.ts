import type { AbortOptions } from '@lading/clock'
import { DeliveryError, type Delivery, type Origin, type Receiver } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Schemas } from '@lading/manifest'
import type { Repository } from '../../registry-client.ts'
import { openUpload, type UploadSession } from '../upload/upload-session.ts'
import { openFromOrigins } from './open-from-origins.ts'
import { giveUp, goOnWith, newUpload, type OpenUpload } from './open-upload.ts'
import { createPresence, type AtTarget } from './presence.ts'
import { publishDocuments } from './publish-documents.ts'
import { uploadReceiver } from './upload-receiver.ts'

/** What a delivery needs of the repository. */
export interface DeliveryParts {
  readonly manifests: Pick<Repository<unknown>['manifests'], 'put'>
  readonly schemas: Pick<Schemas, 'mediaTypes'>
  readonly atTarget: AtTarget
  readonly chunkSize: number | undefined
}

/** One delivery into a repository. Nothing is held at a registry: what it collects meanwhile, `publish` says is missing. */
export function repositoryDelivery({ manifests, schemas, atTarget, chunkSize }: DeliveryParts): Delivery {
  const presence = createPresence(atTarget, schemas)
  const receivers = new Set<Receiver>()
  /** What closed receivers left. */
  const uploads = new Map<Digest, OpenUpload>()
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
  const keep = (upload: OpenUpload): void => {
    // Without a digest nobody could ask for it again.
    if (upload.digest === undefined) void giveUp(upload)
    else uploads.set(upload.digest, upload)
  }

  /** An upload that goes on, or a new one; `mounted` where none is needed. */
  async function openFor(
    digest: Digest | undefined,
    mount: readonly Origin[],
    { signal }: AbortOptions,
  ): Promise<OpenUpload | 'mounted'> {
    const before = digest === undefined ? undefined : uploads.get(digest)
    if (digest !== undefined && before !== undefined) {
      uploads.delete(digest)
      return goOnWith(before, { signal })
    }
    return atTarget(
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

  return {
    async has(descriptor, { signal } = {}) {
      assertOpen(signal)
      return presence.has(descriptor, { signal })
    },
    async receive(what, { mount = [], signal } = {}) {
      assertOpen(signal)
      const digest = 'digest' in what ? what.digest : undefined
      if ('digest' in what && (await presence.has(what, { signal }))) return 'here'
      const upload = await openFor(digest, mount, { signal })
      if (upload === 'mounted') {
        if (digest !== undefined) presence.add(digest)
        return 'mounted'
      }
      const onCommit = ({ digest: committed }: { readonly digest: Digest }): void => presence.add(committed)
      const receiver = uploadReceiver(upload, { what, chunkSize, onCommit, onKeep: keep })
      // It may have ended while the registry was asked.
      if (ended) await receiver.discard()
      assertOpen(signal)
      receivers.add(receiver)
      return receiver
    },
    async publish(publication, { signal } = {}) {
      assertOpen(signal)
      return publishDocuments({ manifests, presence, assertOpen }, publication, { signal })
    },
    async finish({ signal } = {}) {
      assertOpen(signal)
      await end()
    },
    abort: end,
  }
}
