import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { BlobSink } from './blob-sink.ts'
import type { Document } from './document.ts'

/** Where a blob can be mounted from. A hint, never a truth. */
export interface Origin {
  /** `docker.io`, `localhost:5000`: as in a reference. */
  readonly host: string
  /** `library/alpine` */
  readonly repository: string
}

/** A place that content comes from: a repository, a local store, an archive, a memory. */
export interface Source {
  /** Of a repository: where its blobs can be mounted from. */
  readonly origin?: Origin | undefined
  /** Its bytes were verified on their way in, so that a receiver may pass them on unhashed. */
  readonly verified?: true | undefined
  /**
   * It keeps configs and layers, and no manifests (a docker-archive): of each image one is made when it is asked for, over
   * the very layers, so that another one may have been delivered. There are no indexes.
   */
  readonly makesManifests?: true | undefined
  /** Every name of the place and what it points to. */
  names(options?: AbortOptions): AsyncIterable<NamedContent>
  /**
   * A digest or a name of the place: a tag of a repository, a full reference of a store.
   *
   * @throws a LadingError that `isAbsence` knows, when there is nothing of that name
   */
  resolve(name: string, options?: AbortOptions): Promise<Descriptor>
  /** A manifest, an index or a config, whole and verified; `undefined`: absent, as children of an index may be. */
  document(descriptor: Descriptor, options?: AbortOptions): Promise<Document | undefined>
  /** Of a blob, size in bytes; `undefined`: absent. Documents may be known to a place only as documents. */
  stat(digest: Digest, options?: AbortOptions): Promise<{ readonly size: number } | undefined>
  /**
   * The machine's way: the bytes from `sink.offset` to `sink.end`, in one attempt. The sink verifies.
   *
   * @throws what `isAbsence` knows, when there is no such content
   */
  send(descriptor: Descriptor, sink: BlobSink, options?: AbortOptions): Promise<void>
  /** The people's way: throws at the end unless size and digest are right. */
  open(descriptor: Descriptor, options?: AbortOptions): AsyncIterable<Uint8Array>
  /** What refers to a manifest, where the place knows. */
  referrers?(subject: Digest, options?: AbortOptions): AsyncIterable<Descriptor>
  close(): Promise<void>
}

export interface NamedContent {
  readonly name: string
  readonly target: Descriptor
}
