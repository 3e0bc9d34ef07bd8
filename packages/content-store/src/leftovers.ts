import { join } from 'node:path'
import type { FileSystem } from './file-system.ts'
import { claimAt } from './ingest-directory.ts'
import { fencesOf } from './fence.ts'
import { ingestLayoutOf, type StoreLayout } from './layout.ts'
import type { ProcessTable } from './process-table.ts'
import { entriesOf } from './record-directory.ts'
import { fileSystemTimeOrOurs, isOldTemporary, temporariesIn } from './write-file-durably.ts'

/** Files, and their bytes. */
export interface Amount {
  readonly files: number
  readonly bytes: number
}

/** What is under a root and is neither content, nor a record, nor a name. */
export interface Leftovers {
  /** Was renamed away, and was not removed yet. */
  readonly trash: Amount
  /** Damaged files that were replaced. */
  readonly quarantine: Amount
  /** Downloads that are not done: one that runs, one that the next pull goes on with, and one that nobody will. */
  readonly downloads: Amount
  /** Files on their way to their place; older ones were left by processes that were killed. */
  readonly temporary: Amount
}

/** One file or directory of these, with all below it. */
export interface Leftover {
  readonly kind: keyof Leftovers
  readonly path: string
  /** Whether nobody has any use for it. */
  isDue(): Promise<boolean>
  /** `false`: somebody has taken it up meanwhile. */
  remove(): Promise<boolean>
}

export interface LeftoverPlace {
  readonly fs: FileSystem
  readonly layout: StoreLayout
  readonly processes: ProcessTable
}

/** A partial download that nobody went on with for so long is given up. */
const abandonedMs = 7 * 24 * 3_600_000

/** All of them, as they are found. Nothing is written before the first `isDue`. */
export async function* leftoversIn(place: LeftoverPlace): AsyncIterable<Leftover> {
  const { fs, layout } = place
  for (const kind of ['trash', 'quarantine'] as const) {
    for (const { name } of await entriesOf(fs, layout[kind])) {
      const path = join(layout[kind], name)
      yield {
        kind,
        path,
        isDue: () => Promise.resolve(true),
        remove: async () => {
          await fs.removeTree(path)
          return true
        },
      }
    }
  }
  // Of a holder who is at work, or was killed: whoever next takes the lock, as a prune does, moves it into the trash.
  for (const path of await fencesOf(fs, layout.lock))
    yield { kind: 'trash', path, isDue: () => Promise.resolve(true), remove: () => Promise.resolve(false) }
  for (const directory of await writtenDirectories(fs, layout)) yield* temporaries(fs, directory)
  yield* downloads(place)
}

/** With all below it; links are not followed. What goes away meanwhile counts for nothing. */
export async function amountOf(fs: FileSystem, path: string): Promise<Amount> {
  const found = await fs.stat(path)
  if (found === undefined) return nothing
  if (found.kind !== 'directory') return { files: 1, bytes: found.kind === 'file' ? found.size : 0 }
  let sum = nothing
  for (const { name } of await entriesOf(fs, path)) sum = plus(sum, await amountOf(fs, join(path, name)))
  return sum
}

export const nothing: Amount = { files: 0, bytes: 0 }

export const plus = (one: Amount, other: Amount): Amount => ({
  files: one.files + other.files,
  bytes: one.bytes + other.bytes,
})

/** Every directory in which files are written beside their place, and in which the time is asked for by a file made now. */
async function writtenDirectories(fs: FileSystem, layout: StoreLayout): Promise<readonly string[]> {
  const directories = [
    layout.root,
    layout.own,
    layout.indexCopies.directory,
    layout.staging,
    layout.leases,
    layout.ingests,
  ]
  for (const records of [layout.layers, layout.images, layout.diffIds, layout.formerDiffIds, layout.origins])
    for (const { name, kind } of await entriesOf(fs, records))
      if (kind === 'directory') directories.push(join(records, name))
  await addBelow(fs, layout.serve, directories)
  return directories
}

/** The directory, where it is one, and each below it. */
async function addBelow(fs: FileSystem, directory: string, directories: string[]): Promise<void> {
  const entries = await entriesOf(fs, directory)
  if (entries.length > 0) directories.push(directory)
  for (const { name, kind } of entries) if (kind === 'directory') await addBelow(fs, join(directory, name), directories)
}

async function* temporaries(fs: FileSystem, directory: string): AsyncIterable<Leftover> {
  const now = once(() => fileSystemTimeOrOurs(fs, directory))
  for (const path of await temporariesIn(fs, directory)) {
    yield {
      kind: 'temporary',
      path,
      isDue: async () => isOldTemporary(fs, path, await now()),
      remove: () => fs.unlink(path),
    }
  }
}

async function* downloads({ fs, layout, processes }: LeftoverPlace): AsyncIterable<Leftover> {
  const { ingests, blobs, trash } = layout
  const now = once(() => fileSystemTimeOrOurs(fs, ingests))
  for (const algorithm of await entriesOf(fs, ingests)) {
    if (algorithm.kind !== 'directory') continue
    for (const { name, kind } of await entriesOf(fs, join(ingests, algorithm.name))) {
      if (kind !== 'directory') continue
      const [hex = '', own] = name.split('.')
      const path = join(ingests, algorithm.name, name)
      yield {
        kind: 'downloads',
        path,
        async isDue() {
          if (own !== undefined || (await fs.stat(join(blobs, algorithm.name, hex))) !== undefined) return true
          const data = await fs.stat(ingestLayoutOf(path).data)
          return data === undefined || (await now()) - data.modifiedMs > abandonedMs
        },
        // One whose owner lives is not to be had.
        async remove() {
          const directory = await claimAt({ fs, trash, processes }, path, {})
          await directory?.remove()
          return directory !== undefined
        },
      }
    }
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
