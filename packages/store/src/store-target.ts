import { DeliveryError, type Publication, type Receiver } from '@lading/content'
import type { Ingest, Lease, UnnamedIngest } from '@lading/content-store'
import { parseReference } from '@lading/reference'
import type { Parts } from './parts.ts'
import { planForStore, type NamedPublication } from './publication-plan.ts'
import type { PublishAll } from './publish.ts'
import type { StoreDelivery, StoreReceiver, StoreTarget } from './store.ts'
import { namedReceiver, unnamedReceiver } from './store-receiver.ts'
import { isWriteRefusal } from './unusable.ts'

/** A store as a target. Images of an index may be absent; another process's download of a blob is waited for. */
export function storeTarget(parts: Parts, publish: PublishAll): StoreTarget {
  return {
    traits: { partialIndex: true, rewinds: true, parallel: Number.POSITIVE_INFINITY },
    async begin({ signal } = {}) {
      signal?.throwIfAborted()
      await parts.writable()
      return storeDelivery(parts, await leaseWherePossible(parts), publish)
    },
  }
}

/** Where nothing can be written a pull may be up to date, and a lease only spares work: see `createLeases`. */
async function leaseWherePossible({ leases }: Parts): Promise<Lease> {
  try {
    return await leases.acquire()
  } catch (error) {
    if (!isWriteRefusal(error)) throw error
    return { hold: async () => {}, release: async () => {} }
  }
}

/** One delivery, with the lease that keeps what it brings and what it counts on. */
function storeDelivery({ contents }: Parts, lease: Lease, publish: PublishAll): StoreDelivery {
  const receivers = new Set<Receiver>()
  let ended = false

  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted()
    if (ended) throw new DeliveryError('DELIVERY_ENDED', 'this delivery has ended', { hint: 'begin another one' })
  }
  const end = async (): Promise<void> => {
    if (ended) return
    ended = true
    for (const receiver of receivers) await receiver.close()
    await lease.release()
  }
  /** It may have ended while an ingest was waited for. */
  const enter = async (receiver: StoreReceiver, ingest: Ingest | UnnamedIngest): Promise<StoreReceiver> => {
    if (ended) await ('close' in ingest ? ingest.close() : ingest.discard())
    assertOpen()
    receivers.add(receiver)
    return receiver
  }

  return {
    async hold(digests) {
      assertOpen()
      await lease.hold(digests)
    },
    async has({ digest, size }, { signal } = {}) {
      assertOpen(signal)
      await lease.hold([digest])
      return (await contents.stat(digest))?.size === size
    },
    async receive(what, { signal } = {}) {
      assertOpen(signal)
      if (!('digest' in what)) {
        const ingest = await contents.ingestUnnamed({ size: what.size, signal })
        return enter(unnamedReceiver(ingest, what, lease), ingest)
      }
      await lease.hold([what.digest])
      const ingest = await contents.ingest(what, { signal })
      return ingest === undefined ? 'here' : enter(namedReceiver(ingest, what), ingest)
    },
    async check(publication, { allHere = false } = {}) {
      assertOpen()
      const { needed } = await planForStore(named(publication))
      if (!allHere) await contents.assertRoom(needed)
    },
    async publish(publication, options) {
      assertOpen(options?.signal)
      await lease.hold(publication.documents.map(({ descriptor }) => descriptor.digest))
      const result = await publish(named(publication), options)
      return result.outcome === 'published' ? { outcome: 'published' } : result
    },
    async finish({ signal } = {}) {
      assertOpen(signal)
      await end()
    },
    abort: end,
  }
}

const named = ({ target, names, documents }: Publication): NamedPublication => ({
  references: names.map((name) => parseReference(name)),
  target,
  documents,
})
