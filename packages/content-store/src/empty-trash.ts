import { join } from 'node:path'
import type { FileSystem } from './file-system.ts'
import { claimAt } from './ingest-directory.ts'
import { ingestLayoutOf, type StoreLayout } from './layout.ts'
import type { ProcessTable } from './process-table.ts'
import { entriesOf } from './record-directory.ts'
import { fileSystemTime, sweepTemporaries } from './write-file-durably.ts'

/** A partial download that nobody went on with for so long is given up. */
const abandonedMs = 7 * 24 * 3_600_000

/**
 * Removes for good: what was renamed into the trash, if asked to damaged blobs that were replaced, temporary files that
 * killed processes left, and downloads without a living owner that nobody can go on with any more.
 */
export async function emptyTrash({
  fs,
  layout,
  processes,
  quarantine = false,
}: {
  readonly fs: FileSystem
  readonly layout: StoreLayout
  readonly processes: ProcessTable
  readonly quarantine?: boolean | undefined
}): Promise<void> {
  for (const directory of quarantine ? [layout.trash, layout.quarantine] : [layout.trash]) {
    for (const { name } of (await fs.readDirectory(directory)) ?? []) await fs.removeTree(join(directory, name))
  }
  for (const directory of await writtenDirectories(fs, layout)) await sweepTemporaries(fs, directory)
  await sweepIngests(fs, layout, processes)
}

/** Every directory in which files are written beside their place, and in which the time is asked for by a file made now. */
async function writtenDirectories(fs: FileSystem, layout: StoreLayout): Promise<readonly string[]> {
  const directories = [layout.root, layout.own, layout.staging, layout.leases, layout.ingests]
  for (const records of [layout.layers, layout.images, layout.diffIds])
    for (const { name, kind } of await entriesOf(fs, records))
      if (kind === 'directory') directories.push(join(records, name))
  return directories
}

async function sweepIngests(fs: FileSystem, layout: StoreLayout, processes: ProcessTable): Promise<void> {
  const { ingests, blobs, trash } = layout
  let now: number | undefined
  for (const algorithm of (await fs.readDirectory(ingests)) ?? []) {
    if (algorithm.kind !== 'directory') continue
    for (const { name, kind } of (await fs.readDirectory(join(ingests, algorithm.name))) ?? []) {
      if (kind !== 'directory') continue
      const [hex = '', own] = name.split('.')
      const path = join(ingests, algorithm.name, name)
      const data = await fs.stat(ingestLayoutOf(path).data)
      now ??= await fileSystemTime(fs, ingests)
      const done = (await fs.stat(join(blobs, algorithm.name, hex))) !== undefined
      const old = data === undefined || now - data.modifiedMs > abandonedMs
      if (!done && !old && own === undefined) continue
      const directory = await claimAt({ fs, trash, processes }, path, {})
      await directory?.remove()
    }
  }
}
