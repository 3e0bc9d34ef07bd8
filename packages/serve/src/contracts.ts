import type { AbortOptions } from '@lading/clock'
import type { Source, Target } from '@lading/content'
import type { Digest } from '@lading/digest'

/** A registry that content comes from. */
export interface Upstream {
  /** Canonical, as in a reference: `docker.io`, `localhost:5000`. */
  readonly host: string
  /** It is asked with credentials, so that what it gives may be private. */
  readonly withCredentials: boolean
  /** `library/alpine`: its path, without the host. */
  repository(name: string): Source
  /** One page of a repository's tags in the upstream's order, after `last`. `n`: at most so many; default as many as the upstream likes. */
  tags(repository: string, options?: TagsOptions): Promise<TagsPage>
}

export interface TagsOptions extends AbortOptions {
  readonly n?: number | undefined
  readonly last?: string | undefined
}

export interface TagsPage {
  readonly tags: readonly string[]
  /** There are others after these. */
  readonly more: boolean
}

/** The place that keeps what was fetched. */
export interface Content {
  readonly source: Source
  readonly target: Target
  readonly arriving: Arriving
}

/** Start (inclusive) and end (exclusive) in bytes. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Reads content that is on its way in, also another process's: growth of a file gives it on disks, polling on object storage. */
export interface Arriving {
  /**
   * The bytes of a range in order, each once it is written, at the reader's pace: whoever writes never waits for it. Not
   * verified. What is committed meanwhile is read on to its end, and what another one goes on with as well.
   *
   * @throws `CONTENT_UNKNOWN` when nobody brings it, `INGEST_CLOSED` when what was read counts no more
   */
  read(digest: Digest, range: ByteRange, options?: AbortOptions): AsyncIterable<Uint8Array>
}

/** A blob that is not here. */
export interface WantedBlob {
  readonly digest: Digest
  /** In bytes, where a manifest said it; default what the source says. */
  readonly size?: number | undefined
  /** Asked for only when a download is begun. */
  readonly from: () => Source
  readonly host: string
  readonly repository: string
}

/** Downloads with one request upstream and any number of readers. */
export interface Downloads {
  /**
   * Joins the download of this digest that is under way, or begins one. Resolves once the size is known and the
   * upstream has begun to answer.
   *
   * @throws what the source and the target throw; `DOWNLOAD_STOPPED` after `close`
   */
  open(blob: WantedBlob, options?: AbortOptions): Promise<SharedBlob>
  onTheWay(): readonly DownloadState[]
  /** Ends all that is under way and keeps what can be resumed. */
  close(): Promise<void>
}

/** One reader's hold of a blob that is on its way. */
export interface SharedBlob {
  /** In bytes, of the whole blob. */
  readonly size: number
  /**
   * Bytes as they come, from anywhere, at the reader's pace. The last 64 KiB of the blob are given only when its size and
   * digest are right; a range that ends before them ends when they have come.
   *
   * @throws what ended the download; DownloadError `DOWNLOAD_RESTARTED` when what was given counts no more,
   *   `DOWNLOAD_STOPPED`, `DOWNLOAD_RANGE_INVALID`
   */
  read(range: ByteRange, options?: AbortOptions): AsyncIterable<Uint8Array>
  /** Leaves. Idempotent; a download that nobody watches any more ends after a while. */
  close(): void
}

export interface DownloadState {
  readonly digest: Digest
  readonly host: string
  readonly repository: string
  /** In bytes, of the whole blob. */
  readonly size: number
  /** In bytes, also those of an earlier attempt. */
  readonly written: number
  /** Another process brings it, and nobody knows here how much of it has come. */
  readonly elsewhere: boolean
  readonly watchers: number
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

/**
 * Small documents by key, each written atomically: `store.served` is one. A key is segments of `a-z0-9._-`, parted by `/`.
 * - `content/<algorithm>/<hex>`: content that the server brought. Collection leaves what has one.
 * - `proofs/…`: which repository of an upstream has what.
 * - `tags/…`: what a tag was, and when it was asked for.
 * - `referrers/…`: what referred to a manifest, and when that was asked for.
 */
export interface Records {
  get(key: string): Promise<Uint8Array | undefined>
  /** `durable`: it survives a power cut. Default false. */
  put(key: string, bytes: Uint8Array, options?: { readonly durable?: boolean | undefined }): Promise<void>
  /** Nothing where there is none. */
  remove(key: string): Promise<unknown>
  /** Every key below these segments, in no order. */
  keys(prefix: string): AsyncIterable<string>
}
