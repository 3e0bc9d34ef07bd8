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
import { doomedFiles } from './doomed-files.ts'

interface Options {
  readonly fs: FileSystem
  readonly places: DirectoryPlaces
  readonly blobs: LayoutBlobs
  readonly lock: Lock
}

/**
 * One delivery into a directory. The old image stays until the new one is complete: then `manifest.json`
 * is replaced in one step, and files that are not needed any more are removed, by the next delivery if this one is killed.
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
      const written: { readonly path: string; readonly bytes: Uint8Array }[] = []
      for (const { descriptor, bytes } of plan.documents) {
        const path = descriptor.digest === target.digest ? places.manifest : places.document(descriptor.digest)
        if (!(await holds(fs, path, bytes))) written.push({ path, bytes })
      }
      const doomed = doomedFiles({ fs, places, held })
      const left = await doomed.left()
      const others = written.length > 0 ? await othersThan(publishing) : new Set<string>()
      const remove = new Set([...left, ...others].filter((name) => !namesOf(publishing).has(name)))
      if (others.size > 0) await doomed.write(remove)
      for (const { path, bytes } of written)
        await writeFileDurably(fs, path, bytes, { mode: fileMode, before: held.assert, fence: held.fence })
      if (left.length > 0 || others.size > 0) await doomed.remove(remove)
      return written.length > 0
    },
  })

  async function rootIs({ digest, size }: Pick<Descriptor, 'digest' | 'size'>): Promise<boolean> {
    const found = await fs.stat(places.manifest)
    if (found?.kind !== 'file' || found.size !== size) return false
    const bytes = await fs.readFile(places.manifest, { maxBytes: documentLimit })
    return bytes !== undefined && digestOf(bytes, algorithmOf(digest)) === digest
  }

  /** The files of the current image, as far as it can be read. */
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

  /** Files of the current image and of this one only, and all signatures, which belong to the current one. Files of other deliveries stay. */
  async function othersThan(publishing: Publishing): Promise<ReadonlySet<string>> {
    const before = await namesOfImage()
    const kept = namesOf(publishing)
    const there = (await fs.readDirectory(places.root)) ?? []
    return new Set(
      there
        .filter(({ name, kind }) => kind === 'file' && !kept.has(name) && (before.has(name) || signature.test(name)))
        .map(({ name }) => name),
    )
  }
}

/** The files of what is published, besides the root. */
function namesOf({ plan, target }: Publishing): ReadonlySet<string> {
  const isBelow = ({ descriptor }: Document): boolean => descriptor.digest !== target.digest
  return new Set([
    ...plan.needed.map(({ digest }) => blobName(digest)),
    ...plan.documents.filter(isBelow).map(({ descriptor }) => documentName(descriptor.digest)),
  ])
}
