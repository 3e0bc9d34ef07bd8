import type { AbortOptions } from '@lading/clock'
import type { Descriptor } from '@lading/manifest'
import type { Document } from './document.ts'
import type { Receiver } from './receiver.ts'
import type { Origin } from './source.ts'

/** A place that content goes to. */
export interface Target {
  readonly traits: TargetTraits
  /** Starts a delivery: a lease, a session, a temporary file. */
  begin(options?: AbortOptions): Promise<Delivery>
}

export interface TargetTraits {
  /** An index may be published while some of the manifests that it names are absent. */
  readonly partialIndex: boolean
  /** Bytes can be taken back: a receiver takes everything again from the start. A stream such as stdout cannot. */
  readonly rewinds: boolean
  /** How many receivers may be open at once. Whoever asks for more waits. */
  readonly parallel: number
  /** It is what one delivery brings, such as an archive: it shows nothing before that is finished, and takes no second one. */
  readonly once?: true | undefined
  /** It holds what was published last, under no name: as a source it has that alone, and its name is the empty text. */
  readonly single?: true | undefined
  /** Layers of media types that are not to be distributed need not be there (image-spec, "Non-Distributable Layers"). */
  readonly foreignOptional?: true | undefined
}

export interface ReceiveOptions extends AbortOptions {
  /** Where the target may take the blob from. */
  readonly mount?: readonly Origin[] | undefined
  /** Told which one of `mount` it was, before `receive` answers `mounted`. */
  readonly onMount?: ((from: Origin) => void) | undefined
  /**
   * The source's `verified`: the bytes are known to be right, and a target that sends them on, to somebody who verifies
   * them, need not hash them once more. Default false.
   */
  readonly verified?: boolean | undefined
}

/** All that one command brings; several images may come in one. */
export interface Delivery {
  /** Whether these very bytes are there; of a document, not what it names. Keeps them from being collected until the end. */
  has(descriptor: Descriptor, options?: AbortOptions): Promise<boolean>
  /**
   * A way in for a blob: ask for it before its source is opened. `here`: it is there already. `mounted`: the target took
   * it from one of `mount`. Without a digest the receiver computes it.
   */
  receive(what: Descriptor | UnknownContent, options?: ReceiveOptions): Promise<Receiver | 'here' | 'mounted'>
  /**
   * Whether every name, or without names the target alone, is as a publication would make it, asked without its
   * documents. A place that cannot know without them does not have it.
   */
  isPublished?(what: Pick<Publication, 'target' | 'names'>, options?: AbortOptions): Promise<boolean>
  /**
   * Writes documents, children first, and points names to the target last of all. May be run again, and several times
   * in one delivery.
   */
  publish(publication: Publication, options?: AbortOptions): Promise<PublishResult>
  /** Ends the delivery: what it is waits for nothing more. Open receivers are closed. */
  finish(options?: AbortOptions): Promise<void>
  /** Ends it without more names. What was published stays; what can be resumed is kept. Idempotent; after `finish` nothing. */
  abort(): Promise<void>
}

/** Content whose digest is not known before it has come. */
export interface UnknownContent {
  readonly mediaType: string
  /** In bytes, where it is known. */
  readonly size?: number | undefined
}

export interface Publication {
  /** An index or a manifest. */
  readonly target: Descriptor
  /** What will point to it, in the target's own grammar; none: it is only there. */
  readonly names: readonly string[]
  /** The target and the manifests and indexes below it that are to be there, in any order. */
  readonly documents: readonly Document[]
}

export type PublishResult =
  | { readonly outcome: 'published' }
  /** All of it was so before. */
  | { readonly outcome: 'unchanged' }
  /** What it needs and is not there: deliver these and come back. No name was set. */
  | { readonly outcome: 'missing'; readonly blobs: readonly Descriptor[] }
