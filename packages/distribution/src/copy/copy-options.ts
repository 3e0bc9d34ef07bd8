import type { Clock } from '@lading/clock'
import type { Origin, Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor, ImageFormat } from '@lading/manifest'
import type { CopyEvent } from './copy-event.ts'
import type { ReadDocument } from '../read-document.ts'
import type { SelectOptions } from './select.ts'

/** What a caller may do at each content, in turn with the copy: it waits for a promise, and ends with what is thrown. */
export interface CopyHooks {
  /** Before a blob's bytes are sent. */
  readonly before?: ((descriptor: Descriptor) => void | Promise<void>) | undefined
  /** A blob was sent and is there, or a document is, with its names. */
  readonly after?: ((descriptor: Descriptor) => void | Promise<void>) | undefined
  /** It was there already (given, every document is read to tell of each, also where all of it is there); or it is a layer that is not to be distributed. */
  readonly skipped?: ((descriptor: Descriptor, why: 'here' | 'foreign') => void | Promise<void>) | undefined
  /** The target took it from somewhere near. */
  readonly mounted?: ((descriptor: Descriptor, from: Origin | undefined) => void | Promise<void>) | undefined
}

export interface CopyOptions extends Omit<SelectOptions, 'partialIndex'> {
  /** What will point to it, in the target's own grammar: tags of a repository, full references of a store. Default: nothing, it is only there. */
  readonly names?: readonly string[] | undefined
  /** Send layers that are not to be distributed, too, to a target that need not have them. Default false. */
  readonly includeForeign?: boolean | undefined
  /** Where the target may take a blob from, besides the source's own `origin`. */
  readonly mount?: ((blob: Descriptor) => readonly Origin[] | Promise<readonly Origin[]>) | undefined
  /** Blobs at once. Default 5. */
  readonly jobs?: number | undefined
  /**
   * Manifests and indexes in the media types of one family. What that cannot say is an error, or a warning where it is no
   * more than an annotation. Digests change, and image IDs stay. Default: as they are.
   */
  readonly format?: ImageFormat | undefined
  /**
   * Layers of images that are compressed otherwise, or not at all, are compressed anew on their way, held against their
   * diffIDs. Layers that are not to be distributed stay as they are. `zstd` means `format: 'oci'` where nothing is said.
   * Default: as they are.
   */
  readonly compression?: 'gzip' | 'zstd' | undefined
  /**
   * The target as a source, where it can be read. What the names point to there hints at layers that were compressed
   * before: such a layer is compressed once more, to be compared, and not sent again. Default: layers that are
   * compressed anew are sent each time.
   */
  readonly there?: Pick<Source, 'resolve' | 'document'> | undefined
  /**
   * Called when all content is at the target, and nothing points to it yet: what it throws ends the copy without names.
   * `layerVerifier(store)` holds layers in a store against their diffIDs.
   */
  readonly verify?:
    | ((documents: readonly ReadDocument[], options: { readonly signal: AbortSignal }) => void | Promise<void>)
    | undefined
  readonly hooks?: CopyHooks | undefined
  /** Called synchronously, in order. What it throws ends the copy, which rejects with it once everything is in order. */
  readonly onEvent?: ((event: CopyEvent) => void) | undefined
  /** Default: the system's. */
  readonly clock?: Clock | undefined
}

export interface Copied {
  /** What was copied: what was asked for, one image of it, or what was made of it. */
  readonly target: Descriptor
  /** `unchanged`: all of it was so before. */
  readonly status: 'copied' | 'unchanged'
  /** `target` was made for this copy: an index of a part, or what was converted. */
  readonly made: boolean
  /** What was asked for, or the part of it that was, where it has another digest at the target. */
  readonly convertedFrom?: Digest | undefined
  /** Blobs whose bytes were sent; what `bytes` counts is their sizes. */
  readonly sent: { readonly blobs: number; readonly bytes: number }
  readonly mounted: number
  /** Blobs that were there, as far as the target was asked for them: of what a registry's names point to already, it is not. */
  readonly here: number
  /** Layers that are not to be distributed. */
  readonly skipped: number
}
