import { DeliveryError, type Delivery, type Receiver, type ReceiveOptions, type UnknownContent } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor, Schemas } from '@lading/manifest'
import type { Repository } from '../../registry-client.ts'
import { assertUpload } from '../upload/assert-upload.ts'
import { openUpload, type UploadSession } from '../upload/upload-session.ts'
import { openFromOrigins } from './open-from-origins.ts'
import { giveUp, goOnWith, newUpload, type OpenUpload } from '../upload/open-upload.ts'
import { createPresence, type AtTarget } from './presence.ts'
import { isPublished, publishDocuments } from './publish-documents.ts'
import { uploadReceiver } from '../upload/upload-receiver.ts'

/** What a delivery needs of the repository. */
export interface DeliveryParts {
  readonly manifests: Pick<Repository<unknown>['manifests'], 'put'>
  readonly schemas: Schemas<Record<string, unknown>>
  readonly atTarget: AtTarget
  readonly chunkSize: number | undefined
}

/** In bytes. A registry that takes less at once takes nothing of use. */
const leastRequest = 64 * 1024

/** One delivery into a repository. Nothing is held at a registry: what it collects meanwhile, `publish` says is missing. */
export function repositoryDelivery({ manifests, schemas, atTarget, chunkSize }: DeliveryParts): Delivery {
  const presence = createPresence(atTarget, schemas)
  const receivers = new Set<Receiver>()
  /** What closed receivers left. */
  const uploads = new Map<Digest, OpenUpload>()
  let ended = false
  /** In bytes, of a request: what the registry was seen to take no more of. */
  let most = chunkSize

  const makeSmaller = (length: number, least: number): boolean => {
    const next = Math.max(least, leastRequest, Math.floor(length / 2))
    if (next >= length) return false
    most = Math.min(most ?? next, next)
    return true
  }

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
    { mount = [], onMount, verified = false, signal }: ReceiveOptions,
  ): Promise<OpenUpload | 'here' | 'mounted'> {
    const known = 'digest' in what ? what : undefined
    const before = known === undefined ? undefined : uploads.get(known.digest)
    if (known !== undefined && before !== undefined) {
      const isThere = (): Promise<boolean> => presence.has(known, { signal })
      uploads.delete(known.digest)
      try {
        return await goOnWith(before, { size: known.size, verified, isThere, signal })
      } catch (error) {
        await (ended ? giveUp(before) : keep(before))
        throw error
      }
    }
    if (known !== undefined && !presence.isKnownAbsent(known) && (await presence.has(known, { signal }))) return 'here'
    return atTarget(
      async (site) => {
        const session =
          known === undefined
            ? ((await openUpload(site, undefined, { signal })) as UploadSession)
            : await openFromOrigins(site, known.digest, mount, { onMount, signal })
        return session === undefined ? 'mounted' : newUpload(site, known?.digest, session, { verified })
      },
      { signal },
    )
  }

  return {
    async has(descriptor, { signal } = {}) {
      assertOpen(signal)
      return presence.has(descriptor, { signal })
    },
    async receive(what, { mount, onMount, verified, signal } = {}) {
      assertOpen(signal)
      assertUpload(what)
      const upload = await openFor(what, { mount, onMount, verified, signal })
      if (upload === 'here') return 'here'
      if (upload === 'mounted') {
        if ('digest' in what) presence.add(what.digest)
        return 'mounted'
      }
      const onCommit = ({ digest: committed }: { readonly digest: Digest }): void => presence.add(committed)
      const receiver = uploadReceiver(upload, {
        what,
        chunkSize: most,
        onCommit,
        onKeep: keep,
        onTooLarge: makeSmaller,
      })
      // It may have ended while the registry was asked.
      if (ended) await receiver.discard()
      assertOpen(signal)
      receivers.add(receiver)
      return receiver
    },
    async isPublished(what, { signal } = {}) {
      assertOpen(signal)
      return isPublished(presence.look, what, { signal })
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
