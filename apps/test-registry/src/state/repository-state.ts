import type { Digest } from '@lading/digest'
import { algorithmOf } from '../names.ts'
import { digestOf } from '../hash.ts'

export interface StoredManifest {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly digest: Digest
}

/** One repository, in memory. */
export interface RepositoryState {
  readonly name: string
  readonly blobs: Map<Digest, Uint8Array>
  readonly manifests: Map<Digest, StoredManifest>
  readonly tags: Map<string, Digest>
}

export interface RegistryState {
  readonly repositories: Map<string, RepositoryState>
}

export const createState = (): RegistryState => ({ repositories: new Map() })

/** The repository, made when it is not there yet: pushing is what creates one. */
export function ensureRepository(state: RegistryState, name: string): RepositoryState {
  let repository = state.repositories.get(name)
  if (repository === undefined) {
    repository = { name, blobs: new Map(), manifests: new Map(), tags: new Map() }
    state.repositories.set(name, repository)
  }
  return repository
}

/** A blob is addressable by the digest it was stored under and by its sha256. */
export function storeBlob(repository: RepositoryState, bytes: Uint8Array, digest: Digest): void {
  repository.blobs.set(digest, bytes)
  if (algorithmOf(digest) !== 'sha256') repository.blobs.set(digestOf(bytes), bytes)
}

export function storeManifest(repository: RepositoryState, manifest: StoredManifest): void {
  repository.manifests.set(manifest.digest, manifest)
}

/** By tag or digest. */
export function findManifest(repository: RepositoryState | undefined, target: string): StoredManifest | undefined {
  return repository?.manifests.get(repository.tags.get(target) ?? (target as Digest))
}

export function deleteManifest(repository: RepositoryState, digest: Digest): boolean {
  for (const [tag, target] of repository.tags) if (target === digest) repository.tags.delete(tag)
  return repository.manifests.delete(digest)
}
