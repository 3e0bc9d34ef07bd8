import { dirname } from 'node:path'
import type { Delivery } from '@lading/content'
import { writeFileDurably, type FileSystem, type Held, type Lock } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { ArchiveError } from '../archive-error.ts'
import { fileDelivery, holds } from './file-delivery.ts'
import type { LayoutBlobs } from './layout-blobs.ts'
import { indexLimit, indexWith } from './layout-index.ts'
import { fileMode, makeDirectory, type LayoutPlaces } from './prepare-layout.ts'

/** How often others may write between our reading and our writing of names. */
const attempts = 20

interface Options {
  readonly fs: FileSystem
  readonly places: LayoutPlaces
  readonly blobs: LayoutBlobs
  readonly lock: Lock
}

/** One delivery into a layout. */
export function layoutDelivery({ fs, places, blobs, lock }: Options): Delivery {
  return fileDelivery({
    fs,
    places,
    blobs,
    lock,
    async publish({ plan, target, names, held }) {
      await syncBlobs(plan.needed.map(({ digest }) => digest))
      let changed = false
      for (const { descriptor, bytes } of plan.documents) {
        const path = places.blob(descriptor.digest)
        if (await holds(fs, path, bytes)) continue
        await makeDirectory(fs, dirname(path))
        await held.assert()
        await writeFileDurably(fs, path, bytes, { mode: fileMode })
        changed = true
      }
      await fs.syncDirectory(places.blobs)
      const named = await pointNames(fs, places, { target, names, held })
      return changed || named
    },
  })

  /** Their directory entries, before something names them. */
  async function syncBlobs(digests: readonly Digest[]): Promise<void> {
    const directories = new Set(digests.map((digest) => dirname(places.blob(digest))))
    for (const directory of directories) if ((await fs.stat(directory)) !== undefined) await fs.syncDirectory(directory)
  }
}

/** Whether `index.json` was written. */
async function pointNames(
  fs: FileSystem,
  { index }: LayoutPlaces,
  { target, names, held }: { readonly target: Descriptor; readonly names: readonly string[]; readonly held: Held },
): Promise<boolean> {
  const read = (): Promise<Uint8Array | undefined> => fs.readFile(index, { maxBytes: indexLimit })
  for (let attempt = 1; ; attempt++) {
    const before = await read()
    const after = indexWith(before, { target, names }, index)
    if (after === undefined) return false
    let overtaken = false
    try {
      await writeFileDurably(fs, index, after, {
        mode: fileMode,
        alone: true,
        fence: held.fence,
        async before() {
          await held.assert()
          const now = await read()
          overtaken = Buffer.compare(now ?? new Uint8Array(), before ?? new Uint8Array()) !== 0
          if (overtaken) throw overtakenError(index)
        },
      })
      return true
    } catch (error) {
      if (!overtaken || attempt === attempts) throw error
    }
  }
}

const overtakenError = (path: string): ArchiveError =>
  new ArchiveError('LAYOUT_BUSY', `${path} is changed by another program again and again`, {
    path,
    hint: 'try again when the other program has ended',
  })
