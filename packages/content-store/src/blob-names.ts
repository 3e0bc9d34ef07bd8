import { join } from 'node:path'
import type { FileSystem } from './file-system.ts'
import type { StoreLayout } from './layout.ts'
import { entriesOf } from './record-directory.ts'

/** Algorithm to the hexadecimal digits of every file that is in a blob's place, in the order in which the directory lists them. */
export type BlobNames = ReadonlyMap<string, readonly string[]>

/** What is here by its name: neither sizes nor bytes are looked at. One look at a directory, however many blobs. */
export async function blobNames(fs: FileSystem, { blobs }: Pick<StoreLayout, 'blobs'>): Promise<BlobNames> {
  const found = new Map<string, readonly string[]>()
  for (const { name, kind } of await entriesOf(fs, blobs)) {
    if (kind !== 'directory') continue
    const files = (await entriesOf(fs, join(blobs, name))).filter((entry) => entry.kind === 'file')
    found.set(
      name,
      files.map((entry) => entry.name),
    )
  }
  return found
}

/** Of the directories that blobs are in. */
export interface BlobTimes {
  /** The same for as long as no file came, went or was renamed in them, as their times tell. */
  readonly text: string
  /** The youngest of those times, in milliseconds since 1970 by the clock of the files. */
  readonly youngestMs: number
}

/** A few looks, however many blobs. `undefined`: one of the directories has gone meanwhile. */
export async function blobTimes(fs: FileSystem, { blobs }: Pick<StoreLayout, 'blobs'>): Promise<BlobTimes | undefined> {
  const within = (await entriesOf(fs, blobs)).filter(({ kind }) => kind === 'directory').map(({ name }) => name)
  let text = ''
  let youngestMs = 0
  for (const name of ['', ...within]) {
    const found = await fs.stat(join(blobs, name))
    if (found?.kind !== 'directory') return undefined
    text += `${name} ${found.inode} ${found.modifiedMs} ${found.changedMs}/`
    youngestMs = Math.max(youngestMs, found.modifiedMs, found.changedMs)
  }
  return { text, youngestMs }
}
