import { basename, dirname, join } from 'node:path'
import { isLadingError, printable } from '@lading/errors'
import { ContentError } from './content-error.ts'
import { chmodIfAllowed } from './chmod-if-allowed.ts'
import type { DirectoryEntry, FileSystem } from './file-system.ts'
import { reachedFormat, storeFormat, type StoreFormat } from './format.ts'
import { layoutOf, type StoreLayout } from './layout.ts'
import { assertReadable, isReached, upgradeRoot } from './upgrade-root.ts'
import { writeFileDurably } from './write-file-durably.ts'

const layoutVersion = '1.0.0'
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/**
 * Makes a directory a store, or checks that it is one: `oci-layout` (OCI image-layout, "oci-layout file"), `blobs/`,
 * `lading/version`. New directories, and a root that was empty and is ours, get mode 0700. Idempotent; several processes may do it
 * at once. Nothing is written where everything is there. A root of an older format is upgraded, under the store's lock, which
 * the caller does not hold.
 *
 * @param options.readOnly writes nothing. A layout made by others, without `lading/`, can be read.
 * @param options.format default: today's. Another one is for whoever tries a format to come.
 * @throws `ContentError` `NOT_A_DIRECTORY` (a file is at the root's path), `NOT_FOUND` (read-only, nothing there or not yet),
 *   `ROOT_INVALID` (an `oci-layout` or version file that says something else), `FORMAT_UNSUPPORTED` (a newer format), `FORMAT_OUTDATED` (an older one that cannot be read, or not be upgraded),
 *   and what the operating system reports.
 */
export async function prepareRoot(
  fs: FileSystem,
  root: string,
  options: { readonly readOnly?: boolean | undefined; readonly format?: StoreFormat | undefined } = {},
): Promise<void> {
  const { format = storeFormat } = options
  const layout = layoutOf(root)
  const path = layout.root
  const entries = await rootEntries(fs, path)
  const hasMarker = await checkMarker(fs, layout)
  const reached = await reachedFormat(fs, layout, format)
  const hasVersion = reached !== undefined
  if (options.readOnly === true) {
    if (hasMarker && hasVersion) assertReadable(reached, format, layout)
    if (hasMarker) return
    // Nothing there, or its making has begun and is not done: as good as nothing for a reader.
    const isBegun = hasVersion || entries?.every(({ name }) => name === basename(layout.own)) === true
    if (entries === undefined || isBegun) {
      throw new ContentError('NOT_FOUND', `no store at ${printable(path)}`, {
        path,
        hint: 'pull something first, or choose another store with --root',
      })
    }
    throw new ContentError('ROOT_INVALID', `${printable(path)} is not an OCI image layout: it has no oci-layout file`, {
      path,
      hint: 'choose the directory of a store with --root',
    })
  }
  if (entries === undefined || entries.length === 0) {
    await makeDurably(fs, path)
    await chmodIfAllowed(fs, path, 0o700)
  }
  // The version before the layout marker: a root that looks like a store always says which.
  if (!hasVersion) {
    await fs.mkdir(layout.own, { recursive: true })
    await writeFileDurably(fs, layout.version, text(`${format.version}\n`))
  } else if (!isReached(reached, format)) await upgradeRoot({ fs, layout, format })
  await fs.mkdir(join(layout.blobs, 'sha256'), { recursive: true })
  if (!hasMarker)
    await writeFileDurably(fs, layout.marker, text(`${JSON.stringify({ imageLayoutVersion: layoutVersion })}\n`))
}

/** A store whose own directory a power cut takes away has lost everything, so each directory that is new is synced into the one above it. */
async function makeDurably(fs: FileSystem, path: string): Promise<void> {
  const above = dirname(path)
  if (above !== path && (await fs.stat(above)) === undefined) await makeDurably(fs, above)
  await fs.mkdir(path, { recursive: true }).catch((error: unknown) => {
    if (!isLadingError(error, 'NOT_FOUND')) throw error
    throw new ContentError('ROOT_INVALID', `cannot create a directory at ${printable(path)}`, {
      path,
      cause: error,
      hint: 'choose another directory with --root',
    })
  })
  try {
    await fs.syncDirectory(above)
  } catch (error) {
    // A directory that may be entered and not read cannot be opened, and so not synced, by us.
    if (!isLadingError(error, 'PERMISSION')) throw error
  }
}

async function rootEntries(fs: FileSystem, path: string): Promise<readonly DirectoryEntry[] | undefined> {
  try {
    return await fs.readDirectory(path)
  } catch (error) {
    if (!isLadingError(error, 'NOT_A_DIRECTORY')) throw error
    throw new ContentError(
      'NOT_A_DIRECTORY',
      `${printable(path)} is a file or below a file, but a store is a directory`,
      {
        path,
        cause: error,
        hint: 'choose another directory with --root, or move the file away',
      },
    )
  }
}

async function checkMarker(fs: FileSystem, { marker: path }: StoreLayout): Promise<boolean> {
  const bytes = await fs.readFile(path, { maxBytes: 64 * 1024 })
  if (bytes === undefined) return false
  let version: unknown
  try {
    version = (JSON.parse(new TextDecoder().decode(bytes)) as { imageLayoutVersion?: unknown } | null)
      ?.imageLayoutVersion
  } catch (error) {
    // A power cut can leave it empty; that says nothing about the blobs, and it is written again.
    if (bytes.every((byte) => byte === 0)) return false
    throw new ContentError('ROOT_INVALID', `${printable(path)} is not JSON`, {
      path,
      cause: error,
      hint: 'choose another directory with --root, or remove this file if the directory is your store',
    })
  }
  if (version === layoutVersion) return true
  throw new ContentError(
    'ROOT_INVALID',
    `${printable(path)} has image layout version ${printable(String(version), 100)}; this version of Lading knows ${layoutVersion}`,
    {
      path,
      expected: layoutVersion,
      actual: printable(String(version), 100),
      hint: 'choose another directory with --root',
    },
  )
}
