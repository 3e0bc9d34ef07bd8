import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RepositoryState } from '../repository-state.ts'
import { layoutIndex, layoutMarker, type IndexEntry } from './layout-index.ts'
import { layoutOf } from './layout-paths.ts'

/** Writes `index.json` of the repositories that changed, one after the other; what changes meanwhile is written once more. */
export interface IndexWriter {
  changed(repository: RepositoryState): void
  /** @throws what the last write failed with */
  settled(): Promise<void>
}

export function indexWriter(root: string, before: ReadonlyMap<string, readonly IndexEntry[]>): IndexWriter {
  const dirty = new Set<RepositoryState>()
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    for (const repository of dirty) {
      dirty.delete(repository)
      const layout = layoutOf(root, repository.name)
      await mkdir(join(layout, 'blobs'), { recursive: true })
      await replace(join(layout, 'oci-layout'), layoutMarker)
      await replace(join(layout, 'index.json'), layoutIndex(repository, before.get(repository.name) ?? []))
    }
  }

  return {
    changed: (repository) => void dirty.add(repository),
    async settled() {
      while (dirty.size > 0 || running !== undefined) {
        running ??= run().finally(() => (running = undefined))
        await running
      }
    },
  }
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  try {
    await writeFile(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
