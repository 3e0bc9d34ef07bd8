import type { Algorithm, Digest } from '@lading/digest'
import type { Content } from './content.ts'
import type { RepositoryState, StoredManifest } from './repository-state.ts'

/** A blob that is kept. */
export interface StoredBlob extends Content {
  /** Of a blob on disk. */
  readonly path?: string | undefined
  /** All of it, at once. */
  bytes(): Uint8Array
}

/** Bytes on their way to become a blob, hashed as they come. */
export interface Receiver {
  readonly size: number
  /** @throws StorageFull */
  write(chunk: Uint8Array): Promise<void> | void
  /** Between two requests: lets go of what only writing needs. */
  rest(): Promise<void> | void
  /** A place to come back to with `rewind`. */
  mark(): ReceiverMark
  rewind(mark: ReceiverMark): Promise<void> | void
  digest(algorithm: Algorithm): Promise<Digest>
  /** They are a repository's blob from now on. */
  keep(repository: string, digest: Digest): Promise<StoredBlob>
  discard(): Promise<void> | void
}

export interface ReceiverMark {
  readonly size: number
  readonly hash: unknown
}

/** Where bytes live: memory, or a directory. Which repository has what is `RepositoryState`'s business. */
export interface Storage {
  /** Bytes that are all here. */
  put(repository: string, digest: Digest, bytes: Uint8Array): StoredBlob
  /** @param algorithm the digest that will be asked for, so that nothing has to be read twice */
  receive(algorithm: Algorithm): Receiver
  /** A blob of one repository as another's: a mount. */
  share(blob: StoredBlob, repository: string, digest: Digest): Promise<StoredBlob>
  /** A repository holds it no longer. */
  remove(blob: StoredBlob): void
  /** Whether clients may push so many bytes more. */
  hasRoom(bytes: number): boolean
  putManifest(repository: RepositoryState, manifest: StoredManifest): void
  /** It is the repository's no longer. */
  removeManifest(repository: RepositoryState, manifest: StoredManifest): void
  /** A repository's tags are others now. */
  changed(repository: RepositoryState): void
  /** Resolves when everything that was changed is kept. */
  settled(): Promise<void>
  /** Removes what is temporary. */
  close(): Promise<void>
}

/** No room for more. */
export class StorageFull extends Error {}
