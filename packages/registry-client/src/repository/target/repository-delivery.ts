import type { AbortOptions } from '@lading/clock'
import { DeliveryError, type Delivery, type Origin, type Receiver, type UnknownContent } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor, Schemas } from '@lading/manifest'
import type { Repository } from '../../registry-client.ts'
import { assertUpload } from '../upload/assert-upload.ts'
import { openUpload, type UploadSession } from '../upload/upload-session.ts'
import { openFromOrigins } from './open-from-origins.ts'
import { giveUp, goOnWith, newUpload, type OpenUpload } from '../upload/open-upload.ts'
import { createPresence, type AtTarget } from './presence.ts'
import { publishDocuments } from './publish-documents.ts'
import { uploadReceiver } from '../upload/upload-receiver.ts'

/** What a delivery needs of the repository. */
export interface DeliveryParts {
  readonly manifests: Pick<Repository<unknown>['manifests'], 'put'>
  readonly schemas: Schemas<Record<string, unknown>>
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
  const keep = (upload: OpenUpload): Promise<void> | void => {
    // Without a digest nobody could ask for it again.
    if (upload.digest === undefined) return giveUp(upload)
    uploads.set(upload.digest, upload)
  }

  /** An upload that goes on, or a new one; `here` or `mounted` where none is needed. */
  async function openFor(
    what: Descriptor | UnknownContent,
    mount: readonly Origin[],
    { signal }: AbortOptions,
  ): Promise<OpenUpload | 'here' | 'mounted'> {
    const known = 'digest' in what ? what : undefined
    const before = known === undefined ? undefined : uploads.get(known.digest)
    if (known !== undefined && before !== undefined) {
      const isThere = (): Promise<boolean> => presence.has(known, { signal })
      uploads.delete(known.digest)
      try {
        return await goOnWith(before, { size: known.size, isThere, signal })
      } catch (error) {
        await (ended ? giveUp(before) : keep(before))
        throw error
      }
    }
    if (known !== undefined && (await presence.has(known, { signal }))) return 'here'
    return atTarget(
      async (site) => {
        const session =
          known === undefined
            ? ((await openUpload(site, undefined, { signal })) as UploadSession)
            : await openFromOrigins(site, known.digest, mount, { signal })
        return session === undefined ? 'mounted' : newUpload(site, known?.digest, session)
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
      assertUpload(what)
      const upload = await openFor(what, mount, { signal })
      if (upload === 'here') return 'here'
      if (upload === 'mounted') {
        if ('digest' in what) presence.add(what.digest)
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
