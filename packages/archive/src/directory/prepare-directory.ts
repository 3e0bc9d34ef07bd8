import type { AbortOptions } from '@lading/clock'
import {
  createLock,
  sweepTemporaries,
  writeFileDurably,
  type FileSystem,
  type Lock,
  type Waiting,
} from '@lading/content-store'
import { printable } from '@lading/errors'
import { ArchiveError } from '../archive-error.ts'
import { fileMode, makeDurably } from '../layout/prepare-layout.ts'
import { assertVersion } from './assert-version.ts'
import { versionText, type DirectoryPlaces } from './directory-places.ts'

/** Prepares a directory for an image, or checks that it is prepared. @throws ArchiveError `ARCHIVE_UNKNOWN`, `ARCHIVE_UNSUPPORTED` */
export async function prepareDirectory(
  fs: FileSystem,
  places: DirectoryPlaces,
  {
    lockTimeoutMs,
    onWaiting,
    signal,
  }: AbortOptions & {
    readonly lockTimeoutMs?: number | undefined
    readonly onWaiting?: ((waiting: Waiting) => void) | undefined
  },
): Promise<Lock> {
  const { root, version } = places
  const bytes = await fs.readFile(version, { maxBytes: 64 * 1024 })
  if (bytes === undefined) await assertEmpty(fs, root)
  else assertVersion(bytes, version)
  await makeDurably(fs, root)
  const lock = createLock({ fs, path: places.lock, timeoutMs: lockTimeoutMs, onWaiting })
  await sweepTemporaries(fs, root)
  if (bytes === undefined)
    await lock.hold(
      async ({ assert, fence }) =>
        writeFileDurably(fs, version, new TextEncoder().encode(versionText), {
          mode: fileMode,
          alone: true,
          before: assert,
          fence,
        }),
      { signal },
    )
  return lock
}

/** Files that are not from an image must not be replaced. */
async function assertEmpty(fs: FileSystem, root: string): Promise<void> {
  const entries = (await fs.readDirectory(root)) ?? []
  const foreign = entries.find(({ name }) => !name.startsWith('.lading-') && !/^version\.[0-9a-f]{16}\.tmp$/.test(name))
  if (foreign === undefined) return
  throw new ArchiveError('ARCHIVE_UNKNOWN', `${printable(root, 300)} is not a dir: directory, and not empty`, {
    path: root,
    actual: printable(foreign.name, 100),
    hint: 'choose a directory that does not exist yet, or an empty one',
  })
}
