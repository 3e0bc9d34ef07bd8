// For `Symbol.asyncDispose`, in projects whose `lib` has not got it.
/// <reference lib="esnext.disposable" preserve="true" />
import type { AbortOptions } from '@lading/clock'
import type { Document } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor, ImageConfig, Platform } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import type { PullEvent } from './pull-event.ts'

export interface PullOptions {
  readonly signal?: AbortSignal | undefined
  /** `os/arch[/variant]` or a platform; default `linux/<arch of this machine>`. */
  readonly platform?: string | Platform | undefined
  /** `full` (default): digest and diffID. `digest`: the blobs' digests only; no layer is registered. */
  readonly verify?: 'full' | 'digest' | undefined
  /**
   * Reads and hashes the layers that are here already, too, and fetches anew those that are damaged or cannot be read.
   * Manifests and configs always are. Default false: a layer counts as here when its file has the right size.
   */
  readonly verifyStored?: boolean | undefined
  /** Go on with what earlier downloads left. `false`: each blob from its first byte; within this pull it goes on all the same. Default true. */
  readonly resume?: boolean | undefined
  /**
   * Most requests at once for one layer, each for a part of it, where 32 MiB or more are missing. One more is made only as
   * long as it makes the layer come at least a fifth faster, and takes a place at the host like any other. Up to 4 MiB are kept in memory for
   * each. A server that answers with anything but exactly the part is asked for whole layers from then on. Default 1.
   */
  readonly ranges?: number | undefined
  /** Follow `urls` of foreign layers when the registry does not have the blob. Default false. */
  readonly allowForeignUrls?: boolean | undefined
  /** Pull images whose manifest is Docker schema 1, too, and verify them. Default false. */
  readonly allowSchema1?: boolean | undefined
  /** Called synchronously, in order. What it throws ends the pull, which rejects with it once everything is in order. */
  readonly onEvent?: ((event: PullEvent) => void) | undefined
  /**
   * Told of an image when its manifest and its config are verified and its layers are on their way, for who can begin with what is
   * there. What comes of it is only known when the pull resolves: what was told may be given up, and told again, of another manifest
   * even, when a mirror gave what is of no use. Called and taken for as `onEvent`. Of schema 1 it is not told.
   */
  readonly onArriving?: ((image: ArrivingImage) => void) | undefined
}

/** An image that is being pulled. */
export interface ArrivingImage {
  readonly manifest: Descriptor
  /** Its manifest or its config, which no name leads to yet. `undefined`: another one. */
  document(descriptor: Descriptor, options?: AbortOptions): Promise<Document | undefined>
  /** Resolves when the store has a layer, verified; rejects when the pull does not get that far, or the signal says so. */
  layer(layer: Descriptor, options?: AbortOptions): Promise<void>
}

export interface PulledImage {
  /** Full canonical text. */
  readonly reference: string
  /** Digest of what was asked for: index or manifest. Of a schema 1 manifest, without its signatures. */
  readonly digest: Digest
  /** Image ID: the config's digest. */
  readonly id: Digest
  readonly config: ImageConfig
  readonly platform: Platform
  readonly manifest: Descriptor
  readonly layers: readonly (Descriptor & { readonly diffId: Digest })[]
  readonly status: 'downloaded' | 'up-to-date'
}

export interface PulledTags {
  readonly images: readonly PulledImage[]
  readonly failed: readonly { readonly reference: string; readonly error: unknown }[]
  /** Familiar references of tags that stand for no image: artifacts, and what referrers are filed under. */
  readonly skipped: readonly string[]
  readonly status: 'downloaded' | 'up-to-date'
}

export interface Puller {
  /** A bare name means `latest`. */
  pull(reference: string | Reference, options?: PullOptions): Promise<PulledImage>
  /** Every tag of a repository. Failed tags are listed, not thrown; it throws when the list itself cannot be read. */
  pullAll(name: string | Reference, options?: PullOptions): Promise<PulledTags>
  /** Aborts what runs, waits for its end, and closes the parts the puller made itself. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
