import type { AbortOptions } from '@lading/clock'
import type { BlobSink, Delivery, Document, Origin, Publication, PublishResult } from '@lading/content'
import type { Algorithm, Digest } from '@lading/digest'
import type { Uncompressed } from '@lading/layer-store'
import type { Descriptor, Manifest, Schemas, StandardDocuments } from '@lading/manifest'
import type { Schema1Documents, Schema1Manifest } from '@lading/manifest/schema1'
import type { Reference } from '@lading/reference'
import type { EndpointEvent, Repository } from '@lading/registry-client'
import type { RunOptions, Work, Watch } from '@lading/transfer'

// What a pull needs of the parts below, and no more. `create-puller.ts` hands the concrete parts in; a type test
// proves that they fit. Another store or client that satisfies these can be pulled into just as well.

export type { Uncompressed }

/** What a pull can make an image of. */
export type PullDocuments = StandardDocuments & Schema1Documents

export type PullRepository = Repository<PullDocuments[keyof PullDocuments]>

export interface PullClient {
  /** Without `schemas`, the client's own, which know no schema 1. `onEvent`: told which endpoint is asked, and why another one is. */
  repository(
    reference: Reference,
    options?: {
      readonly schemas?: Schemas<PullDocuments> | undefined
      readonly onEvent?: ((event: EndpointEvent) => void) | undefined
    },
  ): PullRepository
}

/** A blob on its way in: content-store's `Ingest`. */
export interface PullIngest<Growth = unknown> extends BlobSink {
  /** Absent: the layer is uncompressed once the blob is committed. */
  readonly growth?: Growth | undefined
  /** Aborted when another process has brought the blob, or brings it faster. */
  readonly superseded?: AbortSignal | undefined
  commit(options?: AbortOptions): Promise<void>
  close(): Promise<void>
  discard(): Promise<void>
}

interface PullContents<Growth = unknown> {
  stat(digest: Digest): Promise<{ readonly size: number } | undefined>
  read(digest: Digest, options?: AbortOptions & { readonly maxBytes?: number | undefined }): Promise<Uint8Array>
  open(address: { readonly digest: Digest; readonly size: number }, options?: AbortOptions): AsyncIterable<Uint8Array>
  verify(digest: Digest, options?: AbortOptions): Promise<{ readonly size: number }>
  ingest(
    address: { readonly digest: Digest; readonly size: number },
    options?: AbortOptions & {
      readonly replace?: boolean | undefined
      readonly yields?: boolean | undefined
      readonly fresh?: boolean | undefined
      readonly inMemory?: boolean | undefined
    },
  ): Promise<PullIngest<Growth> | undefined>
  put(digest: Digest, bytes: Uint8Array, options?: AbortOptions): Promise<void>
}

interface PullLayers<Growth = unknown> {
  known(blob: Digest): Promise<Uncompressed | undefined>
  recall(blob: Digest): Promise<Uncompressed | undefined>
  uncompress(
    blob: { readonly digest: Digest; readonly size: number },
    options?: AbortOptions & {
      readonly growth?: Growth | undefined
      readonly algorithms?: readonly Algorithm[] | undefined
      readonly checksums?: boolean | undefined
      readonly onProgress?: ((consumed: number) => void) | undefined
    },
  ): Promise<Uncompressed>
  register(layer: {
    readonly blob: Digest
    readonly diffId: Digest
    readonly aliases?: readonly Digest[] | undefined
    readonly size: number
    readonly parent?: Digest | undefined
  }): Promise<{ readonly chainId: Digest }>
  /** Throws when an image of so many layers could not be registered. */
  assertLayerCount(count: number, image: Digest): void
  get(chainId: Digest): Promise<{ readonly chainId: Digest } | undefined>
}

/** What one pull brings: a delivery into the store. Downloads are shared between pulls, and belong to none of them. */
export interface PullDelivery extends Pick<Delivery, 'finish' | 'abort'> {
  /** Keeps these from being collected until the end. */
  hold(digests: Iterable<Digest>): Promise<void>
  /** Throws what `publish` would throw of the same, whatever content is here, and when what is missing does not fit on the disk. */
  check(publication: Publication, options?: { readonly allHere?: boolean | undefined }): Promise<void>
  /** `allHere`: all of it was seen here since it is held, the documents and the config read whole. */
  publish(
    publication: Publication,
    options?: AbortOptions & { readonly allHere?: boolean | undefined },
  ): Promise<PublishResult>
}

/** One manifest document and its exact bytes. */
export interface ManifestDocument extends Document {
  readonly manifest: Manifest
  /** These bytes were read from the store. */
  readonly stored?: boolean | undefined
}

/** A schema 1 manifest. Its descriptor is about the payload, its bytes are the whole. */
export interface Schema1Document extends Omit<ManifestDocument, 'manifest'> {
  readonly manifest: Schema1Manifest
}

export const isSchema1 = (document: ManifestDocument | Schema1Document): document is Schema1Document =>
  document.manifest.kind === 'schema1'

export interface PullStore<Growth = unknown> {
  readonly contents: PullContents<Growth>
  readonly layers: PullLayers<Growth>
  /** Told which repository has which content, for who wants to mount it there. Never rejects. */
  readonly origins: { remember(origin: Origin, content: Iterable<Digest>): Promise<void> }
  resolve(reference: Reference): Promise<Descriptor | undefined>
  manifest(descriptor: Descriptor): Promise<{ readonly bytes: Uint8Array; readonly manifest: Manifest } | undefined>
  present(manifest: Descriptor): Promise<boolean>
  target(): { begin(options?: AbortOptions): Promise<PullDelivery> }
}

export interface PullTransfers {
  run<Result, Progress>(key: string, work: Work<Result, Progress>, options?: RunOptions): Watch<Result, Progress>
}
