import type { AbortOptions } from '@lading/clock'
import { DeliveryError, planPublication, type Delivery, type Receiver } from '@lading/content'
import type { FileSystem } from '@lading/content-store'
import type { Descriptor } from '@lading/manifest'
import { ArchiveError } from '../archive-error.ts'
import { DOCKER_MANIFEST_FILE, INDEX_FILE, LAYOUT_FILE } from '../file-names.ts'
import { chunkMemory } from '../read/read-handle.ts'
import { archiveNameOf, type ArchiveNames } from './archive-names.ts'
import { blobMembers } from './blob-members.ts'
import { blobReceiver } from './blob-receiver.ts'
import { dockerManifestOf, layoutMarker, ociIndexOf } from './closing-documents.ts'
import { isForeign } from './docker-image.ts'
import type { MemberWriter } from './member-writer.ts'
import { spoolingReceiver, type Spooled } from './spooling-receiver.ts'
import { createTurns } from './turns.ts'

export type ArchiveFormat = 'docker' | 'oci' | 'both'

interface Options {
  readonly out: MemberWriter
  readonly format: ArchiveFormat
  readonly names: ArchiveNames
  readonly spool: { readonly fs: FileSystem; readonly directory: string | undefined }
  readonly abandon: () => Promise<void>
}

/** The parts of an archive. */
export function archiveDelivery({ out, format, names, spool, abandon }: Options): Delivery {
  const members = blobMembers(out)
  const turn = createTurns()
  const receivers = new Set<Receiver>()
  let ended = false

  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted()
    if (ended) throw endedError()
    if (members.broken !== undefined) throw members.broken
    out.assertSound()
  }
  const isHere = ({ digest, size }: Descriptor): boolean => members.done.get(digest) === size
  const keep = <R extends Receiver>(receiver: R): R => {
    receivers.add(receiver)
    return receiver
  }
  const closeReceivers = async (): Promise<void> => {
    for (const receiver of receivers) await receiver.close()
  }
  /** No other caller writes at the same time. */
  const alone = async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    const leave = await turn({ signal })
    try {
      assertOpen(signal)
      return await work()
    } finally {
      leave()
    }
  }
  const unspool = async ({ descriptor, read }: Spooled, signal?: AbortSignal): Promise<void> =>
    alone(async () => {
      if (isHere(descriptor)) return
      const receiver = blobReceiver(descriptor, { out, members, leave: () => {} })
      await receiver.begin({ start: 0, source: 'a temporary file' })
      const memory = chunkMemory()
      for await (const chunk of read(memory.take)) await receiver.write(chunk, memory.giveBack(chunk))
      await receiver.commit()
    }, signal)

  return {
    async has(descriptor, { signal } = {}) {
      assertOpen(signal)
      return isHere(descriptor)
    },
    async receive(what, { signal } = {}) {
      assertOpen(signal)
      if (!('digest' in what)) {
        const { fs, directory } = spool
        if (directory === undefined) throw noSpool()
        const enter = (spooled: Spooled, how?: AbortOptions): Promise<void> => unspool(spooled, how?.signal)
        return keep(await spoolingReceiver(what, { fs, directory, enter }))
      }
      if (isHere(what)) return 'here'
      const leave = await turn({ signal })
      try {
        assertOpen(signal)
        if (!isHere(what)) {
          // An ended receiver is not needed any more, and an archive may have many.
          const end = (): void => {
            receivers.delete(receiver)
            leave()
          }
          const receiver: Receiver = keep(blobReceiver(what, { out, members, leave: end }))
          return receiver
        }
      } catch (error) {
        leave()
        throw error
      }
      leave()
      return 'here'
    },
    async publish(publication, { signal } = {}) {
      assertOpen(signal)
      const given = publication.names.map((name) => archiveNameOf(name, { docker: format !== 'oci' }))
      const plan = await planPublication(publication, { partialIndex: true })
      assertOpen(signal)
      const missing = plan.needed.filter((blob) => !isHere(blob) && !isForeign(blob))
      if (missing.length > 0) return { outcome: 'missing', blobs: missing }
      return alone(async () => {
        const name = names.prepare(publication.target, given, plan)
        let changed = false
        for (const { descriptor, bytes } of plan.documents) {
          // Nothing in docker's archive names a manifest.
          if (format === 'docker' || isHere(descriptor)) continue
          await members.add(descriptor.digest, bytes)
          changed = true
        }
        // What cannot be written gets no name either, whatever happens to this archive.
        const named = name()
        return { outcome: changed || named ? 'published' : 'unchanged' }
      }, signal)
    },
    async finish({ signal } = {}) {
      assertOpen(signal)
      await closeReceivers()
      await alone(async () => {
        await members.settle()
        for (const [path, bytes] of closing(format, names)) {
          await out.begin(path, bytes.byteLength)
          await out.write(bytes)
          await out.end(bytes.byteLength)
        }
        await out.finish()
        ended = true
      }, signal)
    },
    async abort() {
      if (ended) return
      ended = true
      await closeReceivers()
      await abandon()
    },
  }
}

function closing(format: ArchiveFormat, names: ArchiveNames): readonly (readonly [path: string, bytes: Uint8Array])[] {
  const roots = names.roots()
  return [
    ...(format === 'docker'
      ? []
      : ([
          [LAYOUT_FILE, layoutMarker],
          [INDEX_FILE, ociIndexOf(roots)],
        ] as const)),
    ...(format === 'oci' ? [] : ([[DOCKER_MANIFEST_FILE, dockerManifestOf(roots)]] as const)),
  ]
}

const endedError = (): DeliveryError =>
  new DeliveryError('DELIVERY_ENDED', 'this delivery has ended', {
    hint: 'an archive is written by one delivery: create another archive',
  })

const noSpool = (): ArchiveError =>
  new ArchiveError(
    'ARCHIVE_SPOOL_NEEDED',
    'in an archive the digest of content comes before the content, and no directory is given to keep this content until its digest is known',
    { hint: 'set spoolDirectory to a directory with enough space' },
  )
