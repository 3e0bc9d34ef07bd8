import type { Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { TestRegistryError } from './error.ts'
import { digestOf } from './hash.ts'
import { oci } from './media-types.ts'
import { isRepositoryName } from './names.ts'
import {
  deleteBlob,
  deleteManifest,
  deleteTag,
  ensureRepository,
  findManifest,
  setTag,
  storeBlob,
  storeManifest,
  type RegistryState,
  type RepositoryState,
  type StoredManifest,
} from './state/repository-state.ts'
import type { Uploads } from './state/uploads.ts'

/** A repository's contents, past HTTP. Nothing is checked, so that a test can make what a registry would refuse. */
export interface RepositoryAccess {
  readonly name: string
  /** Empty, where it is not there yet. */
  create(): void
  /** @param options.digest lie: the digest to serve the bytes under */
  putBlob(bytes: Uint8Array | string, options?: { readonly digest?: Digest | undefined }): Digest
  /** @param manifest bytes, or an object that becomes JSON; its media type is the `mediaType` member's when none is given */
  putManifest(
    manifest: Uint8Array | string | Readonly<Record<string, unknown>>,
    options?: {
      readonly mediaType?: string | undefined
      readonly tag?: string | undefined
      readonly digest?: Digest | undefined
    },
  ): Digest
  tag(name: string, digest: Digest): void
  /** Tag to digest. */
  tags(): Readonly<Record<string, Digest>>
  blobs(): readonly Digest[]
  manifests(): readonly Digest[]
  /** By tag or digest. */
  manifest(target: string): StoredManifest | undefined
  blob(digest: Digest): Uint8Array | undefined
  /** Uploads that are open, by their ids: begun, and neither ended nor cancelled nor expired. */
  uploads(): readonly string[]
  /** In bytes; the blob itself is not read. */
  blobSize(digest: Digest): number | undefined
  /** Each is true when there was something to delete. */
  deleteBlob(digest: Digest): boolean
  deleteManifest(digest: Digest): boolean
  deleteTag(name: string): boolean
}

export function repositoryAccess(state: RegistryState, name: string, uploads?: Pick<Uploads, 'at'>): RepositoryAccess {
  if (!isRepositoryName(name))
    throw new TestRegistryError('NAME_INVALID', `not a repository name: '${printable(name)}'`, {
      actual: printable(name),
      hint: 'lower case, without a host and without a tag',
    })
  const there = (): ReturnType<typeof ensureRepository> => ensureRepository(state, name)
  const found = (act: (repository: RepositoryState) => boolean): boolean => {
    const repository = state.repositories.get(name)
    return repository !== undefined && act(repository)
  }
  return {
    name,
    create: () => state.storage.changed(there()),
    putBlob(value, options = {}) {
      const bytes = bytesOf(value)
      const digest = options.digest ?? digestOf(bytes)
      storeBlob(state, there(), digest, state.storage.put(name, digest, bytes))
      state.storage.changed(there())
      return digest
    },
    putManifest(manifest, options = {}) {
      const bytes =
        typeof manifest === 'string' || manifest instanceof Uint8Array
          ? bytesOf(manifest)
          : bytesOf(JSON.stringify(manifest))
      const own = typeof manifest === 'string' || manifest instanceof Uint8Array ? undefined : manifest['mediaType']
      const digest = options.digest ?? digestOf(bytes)
      storeManifest(state, there(), {
        bytes,
        digest,
        mediaType: options.mediaType ?? (typeof own === 'string' ? own : oci.manifest),
      })
      if (options.tag !== undefined) setTag(state, there(), options.tag, digest)
      return digest
    },
    tag: (tag, digest) => setTag(state, there(), tag, digest),
    tags: () => Object.fromEntries(state.repositories.get(name)?.tags ?? []),
    blobs: () => [...(state.repositories.get(name)?.blobs.keys() ?? [])],
    manifests: () => [...(state.repositories.get(name)?.manifests.keys() ?? [])],
    manifest: (target) => findManifest(state.repositories.get(name), target),
    blob: (digest) => state.repositories.get(name)?.blobs.get(digest)?.bytes(),
    uploads: () => uploads?.at(name) ?? [],
    blobSize: (digest) => state.repositories.get(name)?.blobs.get(digest)?.size,
    deleteBlob: (digest) => found((repository) => deleteBlob(state, repository, digest)),
    deleteManifest: (digest) => found((repository) => deleteManifest(state, repository, digest)),
    deleteTag: (tag) => found((repository) => deleteTag(state, repository, tag)),
  }
}

const bytesOf = (value: Uint8Array | string): Uint8Array =>
  typeof value === 'string' ? new TextEncoder().encode(value) : value
