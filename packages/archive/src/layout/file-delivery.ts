import { DeliveryError, planPublication, type Delivery, type PublicationPlan, type Receiver } from '@lading/content'
import type { FileSystem, Held, Lock } from '@lading/content-store'
import { isForeignLayerType, type Descriptor } from '@lading/manifest'
import { growingFiles } from './growing-files.ts'
import type { LayoutBlobs } from './layout-blobs.ts'
import { layoutReceiver } from './layout-receiver.ts'
import type { LayoutPlaces } from './prepare-layout.ts'

export interface Publishing {
  readonly plan: PublicationPlan
  readonly target: Descriptor
  readonly names: readonly string[]
  readonly held: Held
}

/** A directory in which content is stored as files. */
export interface FileDeliveryOptions {
  readonly fs: FileSystem
  readonly places: Pick<LayoutPlaces, 'incoming' | 'blob'>
  readonly blobs: LayoutBlobs
  /** Held while documents and names are written. */
  readonly lock: Lock
  /** Whether a document is there, if documents are not stored with the blobs. */
  readonly hasDocument?: ((descriptor: Descriptor) => Promise<boolean>) | undefined
  /** Writes the documents of a plan, and then what points to the target. Everything they refer to is there. Returns whether something changed. */
  readonly publish: (publishing: Publishing) => Promise<boolean>
}

/** One delivery into a directory: blobs are verified and on the disk before they get their names. */
export function fileDelivery({ fs, places, blobs, lock, hasDocument, publish }: FileDeliveryOptions): Delivery {
  const receivers = new Set<Receiver>()
  const files = growingFiles(fs, { places, blobs })
  let ended = false

  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted()
    if (ended) throw new DeliveryError('DELIVERY_ENDED', 'this delivery has ended', { hint: 'begin another one' })
  }
  const missingOf = async (
    { needed }: PublicationPlan,
    signal: AbortSignal | undefined,
  ): Promise<readonly Descriptor[]> => {
    const missing: Descriptor[] = []
    for (const blob of needed)
      if (!isForeignLayerType(blob.mediaType) && !(await blobs.isHere(blob, { signal }))) missing.push(blob)
    return missing
  }
  const end = async (): Promise<void> => {
    if (ended) return
    ended = true
    for (const receiver of receivers) await receiver.close()
    await files.dropAll()
  }

  return {
    async has(descriptor, { signal } = {}) {
      assertOpen(signal)
      return (await blobs.isHere(descriptor, { signal })) || (await hasDocument?.(descriptor)) === true
    },
    async receive(what, { signal } = {}) {
      assertOpen(signal)
      if ('digest' in what && (await blobs.isHere(what, { signal }))) return 'here'
      assertOpen(signal)
      const receiver = layoutReceiver(what, files)
      receivers.add(receiver)
      return receiver
    },
    async publish({ target, names, documents }, { signal } = {}) {
      assertOpen(signal)
      const plan = await planPublication({ target, documents }, { partialIndex: true })
      // Read before the lock is taken, so that others wait less.
      await missingOf(plan, signal)
      assertOpen(signal)
      return lock.hold(
        async (held) => {
          const missing = await missingOf(plan, signal)
          if (missing.length > 0) return { outcome: 'missing', blobs: missing }
          return { outcome: (await publish({ plan, target, names, held })) ? 'published' : 'unchanged' }
        },
        { signal },
      )
    },
    async finish({ signal } = {}) {
      assertOpen(signal)
      await end()
    },
    abort: end,
  }
}

/** Whether a file has exactly these bytes. */
export async function holds(fs: FileSystem, path: string, bytes: Uint8Array): Promise<boolean> {
  const stat = await fs.stat(path)
  if (stat?.kind !== 'file' || stat.size !== bytes.byteLength) return false
  const there = await fs.readFile(path, { maxBytes: bytes.byteLength }).catch(() => undefined)
  return there !== undefined && Buffer.compare(there, bytes) === 0
}
