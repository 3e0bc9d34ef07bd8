import { join } from 'node:path'
import { walk, type Delivery, type Document } from '@lading/content'
import { writeFileDurably, type FileSystem, type Lock } from '@lading/content-store'
import { algorithmOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { fileDelivery, holds, type Publishing } from '../layout/file-delivery.ts'
import type { LayoutBlobs } from '../layout/layout-blobs.ts'
import { fileMode } from '../layout/prepare-layout.ts'
import { documentLimit } from '../read/members.ts'
import { openImageDirectory } from './open-image-directory.ts'
import { blobName, documentName, signature, type DirectoryPlaces } from './directory-places.ts'

interface Options {
  readonly fs: FileSystem
  readonly places: DirectoryPlaces
  readonly blobs: LayoutBlobs
  readonly lock: Lock
}

/**
 * One delivery into a directory. The image that is there stays until the new one is there as a whole: then `manifest.json`
 * is replaced in one step, and what nothing names any more is removed.
 */
export function directoryDelivery({ fs, places, blobs, lock }: Options): Delivery {
  return fileDelivery({
    fs,
    places,
    blobs,
    lock,
    async hasDocument({ digest, size }) {
      const found = await fs.stat(places.document(digest))
      return (found?.kind === 'file' && found.size === size) || (await rootIs({ digest, size }))
    },
    async publish(publishing) {
      const { plan, target, held } = publishing
      await fs.syncDirectory(places.root)
      const before = await namesOfImage()
      let changed = false
      for (const { descriptor, bytes } of plan.documents) {
        const path = descriptor.digest === target.digest ? places.manifest : places.document(descriptor.digest)
        if (await holds(fs, path, bytes)) continue
        await writeFileDurably(fs, path, bytes, { mode: fileMode, before: held.assert, fence: held.fence })
        changed = true
      }
      if (changed) await removeOthers(before, publishing)
      return changed
    },
  })

  async function rootIs({ digest, size }: Pick<Descriptor, 'digest' | 'size'>): Promise<boolean> {
    const found = await fs.stat(places.manifest)
    if (found?.kind !== 'file' || found.size !== size) return false
    const bytes = await fs.readFile(places.manifest, { maxBytes: documentLimit })
    return bytes !== undefined && digestOf(bytes, algorithmOf(digest)) === digest
  }

  /** The files of the image that is there, as far as it can be read. */
  async function namesOfImage(): Promise<ReadonlySet<string>> {
    const names = new Set<string>()
    const source = await openImageDirectory(places.root, { fs })
    try {
      for await (const { target } of source.images())
        for await (const { descriptor } of walk(source, target))
          for (const name of [blobName(descriptor.digest), documentName(descriptor.digest)]) names.add(name)
    } catch (error) {
      if (!isLadingError(error)) throw error
    } finally {
      await source.close()
    }
    return names
  }

  /** Of the image that was there before, and all signatures, which are of that. What other deliveries have brought stays. */
  async function removeOthers(before: ReadonlySet<string>, { plan, target, held }: Publishing): Promise<void> {
    const isBelow = ({ descriptor }: Document): boolean => descriptor.digest !== target.digest
    const kept = new Set([
      ...plan.needed.map(({ digest }) => blobName(digest)),
      ...plan.documents.filter(isBelow).map(({ descriptor }) => documentName(descriptor.digest)),
    ])
    for (const { name, kind } of (await fs.readDirectory(places.root)) ?? []) {
      if (kind !== 'file' || kept.has(name) || !(before.has(name) || signature.test(name))) continue
      await held.assert()
      await removeUnderLock(name, held)
    }
  }

  /** Into the holder's fence: one who was robbed of the lock removes nothing of what the next holder has written. */
  async function removeUnderLock(name: string, { assert, fence }: Publishing['held']): Promise<void> {
    const path = join(places.root, name)
    if (fence === undefined) {
      await fs.unlink(path)
      return
    }
    try {
      await fs.rename(path, join(fence, name))
    } catch (error) {
      if (!isLadingError(error, 'NOT_FOUND')) throw error
      // The file is gone, or the fence is.
      await assert()
    }
  }
}
