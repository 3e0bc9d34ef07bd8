import type { Digest } from '@lading/digest'
import type { Storage, StoredBlob } from './storage.ts'

export interface StoredManifest {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly digest: Digest
}

/** What one repository has. */
export interface RepositoryState {
  readonly name: string
  readonly blobs: Map<Digest, StoredBlob>
  readonly manifests: Map<Digest, StoredManifest>
  /** Whether it ever had a manifest. */
  hadManifests: boolean
  readonly tags: Map<string, Digest>
}

export interface RegistryState {
  readonly repositories: Map<string, RepositoryState>
  readonly storage: Storage
}

export const createState = (storage: Storage, repositories: readonly RepositoryState[] = []): RegistryState => ({
  repositories: new Map(repositories.map((repository) => [repository.name, repository])),
  storage,
})

export const emptyRepository = (name: string): RepositoryState => ({
  name,
  blobs: new Map(),
  manifests: new Map(),
  hadManifests: false,
  tags: new Map(),
})

/** The repository, made when it is not there yet: pushing is what creates one. */
export function ensureRepository(state: RegistryState, name: string): RepositoryState {
  let repository = state.repositories.get(name)
  if (repository === undefined) {
    repository = emptyRepository(name)
    state.repositories.set(name, repository)
  }
  return repository
}

/** A blob is addressable by the digest it is stored under. Whatever had that place lets go of it. */
export function storeBlob(
  { storage }: RegistryState,
  repository: RepositoryState,
  digest: Digest,
  blob: StoredBlob,
): void {
  const before = repository.blobs.get(digest)
  repository.blobs.set(digest, blob)
  if (before !== undefined && before !== blob && (before.path === undefined || before.path !== blob.path))
    storage.remove(before)
}

export function deleteBlob({ storage }: RegistryState, repository: RepositoryState, digest: Digest): boolean {
  const blob = repository.blobs.get(digest)
  if (blob === undefined) return false
  repository.blobs.delete(digest)
  // On disk a manifest may be the same file.
  if (blob.path === undefined || !repository.manifests.has(digest)) storage.remove(blob)
  return true
}

export function storeManifest({ storage }: RegistryState, repository: RepositoryState, manifest: StoredManifest): void {
  const before = repository.manifests.get(manifest.digest)
  if (before !== undefined) storage.removeManifest(repository, before)
  repository.manifests.set(manifest.digest, manifest)
  repository.hadManifests = true
  storage.putManifest(repository, manifest)
}

/** By tag or digest. */
export function findManifest(repository: RepositoryState | undefined, target: string): StoredManifest | undefined {
  return repository?.manifests.get(repository.tags.get(target) ?? (target as Digest))
}

export function deleteManifest({ storage }: RegistryState, repository: RepositoryState, digest: Digest): boolean {
  const manifest = repository.manifests.get(digest)
  if (manifest === undefined) return false
  for (const [tag, target] of repository.tags) if (target === digest) repository.tags.delete(tag)
  repository.manifests.delete(digest)
  storage.removeManifest(repository, manifest)
  return true
}

export function setTag({ storage }: RegistryState, repository: RepositoryState, tag: string, digest: Digest): void {
  repository.tags.set(tag, digest)
  storage.changed(repository)
}

export function deleteTag({ storage }: RegistryState, repository: RepositoryState, tag: string): boolean {
  const removed = repository.tags.delete(tag)
  if (removed) storage.changed(repository)
  return removed
}
