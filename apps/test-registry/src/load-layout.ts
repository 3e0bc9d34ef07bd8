import { printable } from '@lading/errors'
import { TestRegistryError } from './error.ts'
import { isRepositoryName } from './names.ts'
import { readLayout } from './state/directory/read-layout.ts'
import { ensureRepository, setTag, storeBlob, storeManifest, type RegistryState } from './state/repository-state.ts'

/** @throws TestRegistryError `STORAGE_INVALID`, `NAME_INVALID` */
export async function loadLayout(state: RegistryState, directory: string, name: string): Promise<void> {
  if (!isRepositoryName(name))
    throw new TestRegistryError('NAME_INVALID', `not a repository name: '${printable(name)}'`, {
      actual: printable(name),
      hint: 'lower case, without a host and without a tag',
    })
  const { state: layout } = await readLayout(directory, name)
  const repository = ensureRepository(state, name)
  for (const [digest, blob] of layout.blobs)
    storeBlob(state, repository, digest, await state.storage.share(blob, name, digest))
  for (const manifest of layout.manifests.values()) storeManifest(state, repository, manifest)
  for (const [tag, digest] of layout.tags) setTag(state, repository, tag, digest)
  await state.storage.settled()
}
