import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { DeliveryError } from '../delivery-error.ts'
import { planPublication, type PublicationPlan } from '../plan-publication.ts'
import type { Receiver } from '../receiver.ts'
import type { Delivery, Publication, PublishResult } from '../target.ts'
import { memoryReceiver } from './memory-receiver.ts'
import type { Shelves } from './shelves.ts'

/** One delivery into a memory. */
export function memoryDelivery(shelves: Shelves, partialIndex: boolean): Delivery {
  const receivers = new Set<Receiver>()
  const kept = new Set<Digest>()
  shelves.held.add(kept)
  let ended = false

  const isHere = ({ digest, size }: Descriptor): boolean => shelves.blobs.get(digest)?.byteLength === size
  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted()
    if (!ended) return
    throw new DeliveryError('DELIVERY_ENDED', 'this delivery has ended', { hint: 'begin another one' })
  }
  const end = async (): Promise<void> => {
    ended = true
    shelves.held.delete(kept)
    for (const receiver of receivers) await receiver.close()
  }

  return {
    async has(descriptor, { signal } = {}) {
      assertOpen(signal)
      kept.add(descriptor.digest)
      return isHere(descriptor)
    },
    async receive(what, { signal } = {}) {
      assertOpen(signal)
      if ('digest' in what) kept.add(what.digest)
      if ('digest' in what && isHere(what)) return 'here'
      const receiver = memoryReceiver(shelves, what, (digest) => kept.add(digest))
      receivers.add(receiver)
      return receiver
    },
    async publish(publication, { signal } = {}) {
      assertOpen(signal)
      const plan = await planPublication(publication, { partialIndex })
      // Somebody may have ended it meanwhile. From here on nothing waits.
      assertOpen(signal)
      const missing = plan.needed.filter((descriptor) => !isHere(descriptor))
      if (missing.length > 0) return { outcome: 'missing', blobs: missing }
      for (const document of plan.documents) kept.add(document.descriptor.digest)
      return write(shelves, publication, plan)
    },
    async finish({ signal } = {}) {
      assertOpen(signal)
      await end()
    },
    abort: end,
  }
}

function write({ blobs, names }: Shelves, { target, names: given }: Publication, plan: PublicationPlan): PublishResult {
  let changed = false
  for (const { descriptor, bytes } of plan.documents) {
    if (blobs.has(descriptor.digest)) continue
    blobs.set(descriptor.digest, new Uint8Array(bytes))
    changed = true
  }
  for (const name of given) {
    if (names.get(name)?.digest === target.digest) continue
    names.set(name, target)
    changed = true
  }
  return { outcome: changed ? 'published' : 'unchanged' }
}
