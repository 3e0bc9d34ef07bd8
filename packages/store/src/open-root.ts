import { layoutOf, prepareRoot, type FileSystem, type StoreFormat, type StoreLayout } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import { StoreError } from './store-error.ts'

/**
 * Checks a root without writing to it. One that does not exist, or whose making was cut off, reads as empty. One of an
 * older format that cannot be read is upgraded, unless it is opened for reading.
 *
 * @returns what makes it a store, for the first write; done once
 * @throws `FORMAT_UNSUPPORTED`, `FORMAT_OUTDATED`, `ROOT_INVALID`, `NOT_A_DIRECTORY`
 */
export async function openRoot(
  fs: FileSystem,
  root: string,
  { readOnly, format }: { readonly readOnly: boolean; readonly format: StoreFormat | undefined },
): Promise<() => Promise<void>> {
  const look = (): Promise<void> => prepareRoot(fs, root, { readOnly: true, format })
  try {
    await look()
  } catch (error) {
    if (isLadingError(error, 'FORMAT_OUTDATED') && !readOnly) await prepareRoot(fs, root, { format })
    else if (!isLadingError(error, 'NOT_FOUND') && !(isLadingError(error, 'ROOT_INVALID') && !readOnly)) throw error
    // Another process may have made it since: what has a marker now must be a store now.
    else if (await hasMarker(fs, root)) await look()
  }
  if (readOnly) {
    return () =>
      Promise.reject(
        new StoreError('STORE_READ_ONLY', `the store at ${root} was opened for reading`, {
          path: root,
          hint: 'open it without readOnly',
        }),
      )
  }
  let ready: Promise<void> | undefined
  return () => {
    ready ??= prepareRoot(fs, root, { format }).catch((error: unknown) => {
      ready = undefined
      throw error
    })
    return ready
  }
}

/**
 * Whether there is a store, be it one whose making, or whose marker, a power cut has undone. Writes nothing.
 *
 * @throws `ROOT_INVALID` for a directory of other files
 */
export async function isStore(fs: FileSystem, { root, marker, version }: StoreLayout): Promise<boolean> {
  for (const path of [version, marker]) if ((await fs.stat(path))?.kind === 'file') return true
  await prepareRoot(fs, root, { readOnly: true }).catch((error: unknown) => {
    if (!isLadingError(error, 'NOT_FOUND')) throw error
  })
  return false
}

/** Whether somebody wrote an `oci-layout` that says anything. */
async function hasMarker(fs: FileSystem, root: string): Promise<boolean> {
  const bytes = await fs.readFile(layoutOf(root).marker, { maxBytes: 64 * 1024 })
  return bytes?.some((byte) => byte !== 0) === true
}
