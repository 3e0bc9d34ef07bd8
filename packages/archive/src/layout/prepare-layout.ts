import { basename, dirname, join } from 'node:path'
import type { AbortOptions } from '@lading/clock'
import {
  createLock,
  sweepTemporaries,
  writeFileDurably,
  type FileSystem,
  type Lock,
  type Waiting,
} from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { OCI_INDEX } from '@lading/manifest'
import { ArchiveError } from '../archive-error.ts'
import { blobPath, INDEX_FILE, LAYOUT_FILE } from '../file-names.ts'
import { layoutMarker } from '../write/closing-documents.ts'
import { assertWritable } from '../layout-version.ts'

/** Other users may read it, as far as the umask allows. */
export const fileMode = 0o644
const directoryMode = 0o755

/** The paths of a layout, all absolute. */
export interface LayoutPlaces {
  readonly root: string
  readonly marker: string
  readonly index: string
  readonly blobs: string
  /** Held while names are written, and gone afterwards. */
  readonly lock: string
  /** Of blobs on their way: a random part and `.tmp` follow. */
  readonly incoming: string
  blob(digest: Digest): string
}

export const layoutPlaces = (root: string): LayoutPlaces => ({
  root,
  marker: join(root, LAYOUT_FILE),
  index: join(root, INDEX_FILE),
  blobs: join(root, 'blobs'),
  lock: join(root, '.lading-lock'),
  incoming: join(root, '.lading-blob'),
  blob: (digest) => join(root, blobPath(digest)),
})

/** Turns a directory into a layout without names, or checks that it is one. @throws ArchiveError `ARCHIVE_UNKNOWN`, `ARCHIVE_UNSUPPORTED` */
export async function prepareLayout(
  fs: FileSystem,
  places: LayoutPlaces,
  {
    lockTimeoutMs,
    onWaiting,
    signal,
  }: AbortOptions & {
    readonly lockTimeoutMs?: number | undefined
    readonly onWaiting?: ((waiting: Waiting) => void) | undefined
  },
): Promise<Lock> {
  const { root, marker, index } = places
  await assertOurs(fs, places)
  await makeDurably(fs, root)
  const lock = createLock({ fs, path: places.lock, timeoutMs: lockTimeoutMs, onWaiting })
  await sweep(fs, places)
  if ((await fs.stat(marker)) === undefined || (await fs.stat(index)) === undefined)
    await lock.hold(
      async ({ assert, fence }) => {
        const how = { mode: fileMode, alone: true, before: assert, fence }
        // The names before the marker: what looks like a layout must always have its names.
        await makeDirectory(fs, join(places.blobs, 'sha256'))
        if ((await fs.stat(index)) === undefined) await writeFileDurably(fs, index, noNames, how)
        if ((await fs.stat(marker)) === undefined) await writeFileDurably(fs, marker, layoutMarker, how)
      },
      { signal },
    )
  return lock
}

const noNames = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }))

export const makeDirectory = (fs: FileSystem, path: string): Promise<void> =>
  fs.mkdir(path, { recursive: true, mode: directoryMode })

/** A layout whose own directory a power cut takes away has lost everything. */
export async function makeDurably(fs: FileSystem, path: string): Promise<void> {
  const above = dirname(path)
  if (above === path || (await fs.stat(path)) !== undefined) return
  await makeDurably(fs, above)
  await makeDirectory(fs, path)
  await fs.syncDirectory(above)
}

/** Files that killed processes left behind. */
async function sweep(fs: FileSystem, { root, incoming, lock, marker, index, blobs }: LayoutPlaces): Promise<void> {
  for (const path of [incoming, lock, marker, index]) await sweepTemporaries(fs, root, { of: basename(path) })
  for (const { name, kind } of (await fs.readDirectory(blobs)) ?? [])
    if (kind === 'directory') await sweepTemporaries(fs, join(blobs, name))
}

async function assertOurs(fs: FileSystem, { root, marker, index, blobs }: LayoutPlaces): Promise<void> {
  const bytes = await fs.readFile(marker, { maxBytes: 64 * 1024 })
  if (bytes !== undefined) return assertWritable(bytes, marker)
  const entries = (await fs.readDirectory(root)) ?? []
  const own = new Set([basename(index), basename(blobs)])
  const foreign = entries.find(({ name }) => !own.has(name) && !name.startsWith('.lading-'))
  if (foreign === undefined) return
  throw new ArchiveError('ARCHIVE_UNKNOWN', `${printable(root, 300)} is not an OCI image layout, and not empty`, {
    path: root,
    actual: printable(foreign.name, 100),
    hint: 'choose a directory that does not exist yet, or an empty one',
  })
}
