import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { printable } from '@lading/errors'
import { TestRegistryError } from '../../error.ts'
import { isRepositoryName } from '../../names.ts'
import { createState, type RegistryState, type RepositoryState } from '../repository-state.ts'
import { directoryStorage } from './directory-storage.ts'
import type { IndexEntry } from './layout-index.ts'
import { componentOf, uploadsOf } from './layout-paths.ts'
import { readLayout } from './read-layout.ts'

/**
 * A directory with an OCI image layout for each repository, at the repository's name: what was pushed before, and what
 * other tools put there. It is made when it is not there.
 *
 * @throws TestRegistryError `STORAGE_INVALID`
 */
export async function openDirectory(root: string): Promise<RegistryState> {
  const repositories: RepositoryState[] = []
  const entries = new Map<string, readonly IndexEntry[]>()
  try {
    await mkdir(root, { recursive: true })
    // Uploads do not survive the registry: their sessions are gone.
    await rm(uploadsOf(root), { recursive: true, force: true })
  } catch (cause) {
    throw new TestRegistryError('STORAGE_INVALID', `cannot use the directory ${printable(root)}`, {
      cause,
      path: root,
      hint: 'give a directory that can be written',
    })
  }
  await walk(root, [])
  return createState(directoryStorage(root, entries), repositories)

  async function walk(directory: string, components: readonly string[]): Promise<void> {
    const found = await readdir(directory, { withFileTypes: true })
    const isLayout = found.some((entry) => entry.name === 'oci-layout' && entry.isFile())
    if (isLayout && components.length === 0) {
      throw new TestRegistryError('STORAGE_INVALID', `${printable(root)} is itself an image layout`, {
        path: root,
        hint: "give the directory above it, or load it with the option 'layouts'",
      })
    }
    const name = components.join('/')
    if (isLayout && isRepositoryName(name)) {
      const layout = await readLayout(directory, name)
      repositories.push(layout.state)
      entries.set(name, layout.entries)
    }
    for (const entry of found) {
      const component = componentOf(entry.name)
      if (entry.isDirectory() && component !== undefined && isRepositoryName([...components, component].join('/')))
        await walk(join(directory, entry.name), [...components, component])
    }
  }
}
