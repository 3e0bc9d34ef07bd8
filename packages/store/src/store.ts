import type { AbortOptions } from '@lading/clock'
import type {
  Delivery,
  Publication as Delivered,
  PublishResult as ContentPublishResult,
  Receiver,
  Source,
  Target,
  UnknownContent,
} from '@lading/content'
import type { ContentStore, FileContentStore, FileGrowth, Notes } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { LayerStore } from '@lading/layer-store'
import type { Descriptor, ImageConfig, ImageIndex, ImageManifest, Platform } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import type { Checked, CheckOptions } from './check/finding.ts'
import type { Pruned, PruneOptions, Usage } from './housekeeping.ts'
import type { Origins } from './origins.ts'

/** The local images as one thing. */
export interface Store {
  /** Where it is, as users name it: of files, the absolute path of their directory. */
  readonly root: string
  readonly contents: ContentStore
  readonly layers: LayerStore
  /** Where content can be mounted from. */
  readonly origins: Origins
  /**
   * What a server that caches knows of what it brought. A digest with a note at `content/<algorithm>/<hex>` is kept, as if
   * a name needed it, but not what it names.
   */
  readonly served: Notes
  /** What a name points to. `name:tag`, `name@digest`, both (the digest decides); bare names mean `latest`. */
  resolve(reference: Reference): Promise<Descriptor | undefined>
  /** The manifest's verified bytes and typed view, if its file is here. @throws `CONTENT_DAMAGED`, `CONTENT_UNREADABLE`; what decoding throws */
  manifest(
    descriptor: Descriptor,
  ): Promise<{ readonly bytes: Uint8Array; readonly manifest: ImageManifest | ImageIndex } | undefined>
  /** The law of the store: true when the manifest is here and a stat finds each blob that it names. */
  present(manifest: Descriptor): Promise<boolean>
  /** Keeps what a running pull fetches from being collected. Released by `release`, or when its owner dies. */
  lease(options?: AbortOptions): Promise<Lease>
  /** The last step of a pull, within one update of names, in the order of the law. */
  publish(publication: Publication, options?: AbortOptions): Promise<PublishResult>
  /** The images as a place that content comes from. Its names are full references; familiar ones are understood. */
  source(): Source
  /** The images as a place that content goes to. A delivery holds a lease until its end; names are references. */
  target(): StoreTarget
  /**
   * Every name of an image, newest facts. Damaged ones are left out and reported, artifacts are left out. What
   * `onDamaged` throws is thrown after all of them were reported.
   */
  images(
    options?: AbortOptions & {
      readonly onDamaged?: ((damage: { readonly reference: string; readonly error: unknown }) => void) | undefined
    },
  ): Promise<readonly ImageSummary[]>
  /**
   * A name, an image ID, or a unique prefix of one. An ID is one image: of manifests that share it, the first that is
   * whole, by the order of the names that reach it and then of their indexes. `platform` chooses below a name only.
   *
   * @throws `IMAGE_UNKNOWN`, `IMAGE_AMBIGUOUS`, `IMAGE_INCOMPLETE`, `PLATFORM_ABSENT`
   */
  inspect(term: string, options?: AbortOptions & { readonly platform?: Platform | undefined }): Promise<ImageDetails>
  /**
   * Another name. Of a name it gets the target, an index with all its platforms; of an image ID, or the start of one,
   * the manifest of that image alone, the one that `inspect` of the ID shows.
   *
   * @throws `IMAGE_UNKNOWN` when the source names nothing here; `IMAGE_AMBIGUOUS`; `IMAGE_INCOMPLETE` when it is not whole, or for an
   *   ID when no copy is; what reading throws
   */
  tag(source: string, target: Reference, options?: AbortOptions): Promise<void>
  /** docker's rule: a name is untagged; an ID is deleted with all its names, which needs `force` when there is more than one repository. */
  remove(term: string, options?: AbortOptions & { readonly force?: boolean | undefined }): Promise<Removal>
  /**
   * Removes what no name needs: names without a tag and use, content that nothing reaches, what is left over. Nothing
   * that a pull uses, a name reaches, or is younger than `minAgeMs`. Names with a tag go only by `select` and `maxSize`.
   */
  prune(options?: PruneOptions): Promise<Pruned>
  /**
   * Removes these unless a name, a lease or `served` keeps them, and tells which went.
   *
   * @throws when a manifest that a name needs cannot be read, and then nothing was removed
   */
  discard(digests: readonly Digest[], options?: AbortOptions): Promise<readonly Digest[]>
  /** Where the space is. Reads only. */
  usage(options?: AbortOptions): Promise<Usage>
  /**
   * Reads and hashes all that is here, holds each name to the law of the store, each record to what it remembers, and each
   * file to a known kind.
   *
   * @throws what the system says about reading, where it is not about one blob
   */
  check(options?: CheckOptions): Promise<Checked>
  close(): Promise<void>
}

/** The local images in files. */
export interface FileStore extends Store {
  readonly contents: FileContentStore
  readonly layers: LayerStore<FileGrowth>
}

export interface Lease {
  /** Adds to what is kept. */
  hold(digests: Iterable<Digest>): Promise<void>
  release(): Promise<void>
}

export interface StoreTarget extends Target {
  begin(options?: AbortOptions): Promise<StoreDelivery>
}

export interface StoreDelivery extends Delivery {
  /** Keeps these from being collected until the end, here already or not: at once what `has` does one by one. */
  hold(digests: Iterable<Digest>): Promise<void>
  /**
   * Throws what `publish` would throw of the same publication, whatever content is here, and `NO_SPACE` when what
   * is missing does not fit on the disk: so that nothing is fetched for one that is refused in the end.
   */
  check(publication: Delivered, options?: SeenOptions): Promise<void>
  publish(publication: Delivered, options?: AbortOptions & SeenOptions): Promise<ContentPublishResult>
  receive(what: Descriptor | UnknownContent, options?: AbortOptions): Promise<StoreReceiver | 'here'>
}

export interface SeenOptions {
  /**
   * All of it was seen here since the delivery holds it: of `publish`, the documents and the configs read whole, the blobs in
   * their size. It is looked for once more under the lock, but not read again, and where names and records are as they are
   * to be, nothing is synced. Default false.
   */
  readonly allHere?: boolean | undefined
}

/** A blob on its way in, which the layer store of the same engine may follow. */
export interface StoreReceiver extends Receiver {
  /** Absent for content of unknown digest. */
  readonly growth?: unknown
}

export interface Publication {
  /** The name that will point to `target`; a digest reference is stored under its digest only. */
  readonly reference: Reference
  /** What was asked for: an index or a manifest. */
  readonly target: Descriptor
  /** Target first or last, any order: every manifest document on the way from `target` to the image, with its exact bytes. */
  readonly manifests: readonly { readonly descriptor: Descriptor; readonly bytes: Uint8Array }[]
}

export type PublishResult =
  | { readonly outcome: 'published'; readonly previous?: Digest | undefined }
  | { readonly outcome: 'unchanged' }
  /** A blob went away meanwhile: fetch these and come back. Nothing was written. */
  | { readonly outcome: 'missing'; readonly blobs: readonly Descriptor[] }

export interface ImageSummary {
  /** Full name without tag or digest: `docker.io/library/alpine`. */
  readonly name: string
  /** Absent: shown as `<none>`. */
  readonly tag?: string | undefined
  /** Digest of the index or manifest the name points to. */
  readonly target: Descriptor
  /** Image ID: the config's digest. Of an index, of the platform that is here (the host's first). */
  readonly id: Digest
  readonly platform: Platform
  /** RFC 3339, from the config. */
  readonly created?: string | undefined
  /** Sum of the stored (compressed) sizes of config and layers, in bytes. */
  readonly size: number
}

export interface ImageDetails extends ImageSummary {
  readonly manifest: Descriptor
  readonly config: ImageConfig
  readonly configDescriptor: Descriptor
  readonly layers: readonly (Descriptor & { readonly diffId?: Digest | undefined })[]
  /** Familiar text of every name with a tag that reaches this image. */
  readonly tags: readonly string[]
  /** `name@digest`, familiar. */
  readonly digests: readonly string[]
}

export interface Removal {
  /** Familiar references, docker's `Untagged:` lines. */
  readonly untagged: readonly string[]
  /** docker's `Deleted:` lines: image IDs and chainIDs that nothing reaches any more. */
  readonly deleted: readonly Digest[]
  /**
   * Why what the names reached was not cleaned away, although they are gone: a manifest that another name needs cannot
   * be read, so nothing was removed; or the disk failed on the way. A later removal takes what is left.
   */
  readonly uncollected?: unknown
}
