import type { AbortOptions } from '@lading/clock'
import type { BlobSink } from '@lading/content'
import type { Algorithm, Digest } from '@lading/digest'
import type { Arriving } from './arriving.ts'
import type { FileGrowth } from './growth.ts'
import type { FileIngest, Ingest } from './ingest.ts'
import type { Leftovers } from './leftovers.ts'
import type { UnnamedIngest } from './unnamed-ingest.ts'

/** Anything with a digest and a size; a descriptor fits. */
export interface BlobAddress {
  readonly digest: Digest
  readonly size: number
}

export interface IngestOptions extends AbortOptions {
  readonly replace?: boolean | undefined
  readonly yields?: boolean | undefined
  readonly fresh?: boolean | undefined
  readonly inMemory?: boolean | undefined
}

/**
 * Bytes by digest. Nothing is visible before its size and digest are right.
 *
 * What any engine can give: no path, no rename, no lock. `Growth` is how the engine's own layer store follows a blob on
 * its way in; everybody else hands it on as it is.
 */
export interface ContentStore<Growth = unknown> {
  /** `undefined`: not here. Not verified: see `read` and `open`. */
  stat(digest: Digest): Promise<{ readonly size: number } | undefined>
  /** The whole blob, verified; at most `maxBytes`, default 4 MiB. @throws `CONTENT_UNKNOWN`, `CONTENT_DAMAGED`, `CONTENT_UNREADABLE`, `TOO_LARGE` */
  read(digest: Digest, options?: AbortOptions & { readonly maxBytes?: number | undefined }): Promise<Uint8Array>
  /**
   * The blob in chunks; throws at the end unless size and digest are right.
   * @throws `CONTENT_UNKNOWN`, `CONTENT_DAMAGED`, `CONTENT_UNREADABLE` (also when what was handed out is wrong and the
   *   file is right when it is read again), `SIZE_MISMATCH` (the blob is good, the address is wrong about its size)
   */
  open(address: BlobAddress, options?: AbortOptions): AsyncIterable<Uint8Array>
  /** Reads and hashes all of it, and changes nothing. @throws `CONTENT_UNKNOWN`, `CONTENT_DAMAGED`, `CONTENT_UNREADABLE` */
  verify(digest: Digest, options?: AbortOptions): Promise<{ readonly size: number }>
  /**
   * The bytes from `sink.offset` to `sink.end`, to a sink that verifies them.
   * @throws `CONTENT_UNKNOWN`, `CONTENT_UNREADABLE`, `SIZE_MISMATCH` (the blob has another size), `RANGE_MISMATCH`, and what the sink throws
   */
  send(address: BlobAddress, sink: BlobSink, options?: AbortOptions): Promise<void>
  /**
   * Starts or resumes a download. Waits while another owner, of this process or another, has it; `undefined`: the blob is
   * here, with this size.
   *
   * @param options.replace what is here now is known to be bad (`CONTENT_DAMAGED`, `CONTENT_UNREADABLE`): it
   *   does not count, and `commit` sets it aside and takes its place in one step. Default false.
   * @param options.yields the caller asks again after `INGEST_SUPERSEDED`, with which `begin`, `write` and the signal
   *   `superseded` end a download that another process has finished, or brings faster; and it may overtake others. Default false.
   * @param options.fresh what an earlier download of it left is thrown away. Default false.
   * @param options.inMemory a blob of at most 1 MiB may be in memory until it is whole, for up to a second: it costs less, and
   *   a process that is killed meanwhile leaves nothing to go on with. Default false.
   */
  ingest(address: BlobAddress, options?: IngestOptions): Promise<Ingest<Growth> | undefined>
  /** Blobs while an ingest takes them, of this process or another, for readers beside it. */
  readonly arriving: Arriving
  /** Takes content whose digest is not known, and perhaps not its size in bytes. `algorithm`: of the digest, default `sha256`. */
  ingestUnnamed(
    options?: AbortOptions & { readonly size?: number | undefined; readonly algorithm?: Algorithm | undefined },
  ): Promise<UnnamedIngest>
  /**
   * Small content (config, embedded data): verified, made durable, and here, over what is here and differs. Already
   * here, byte for byte: nothing. @throws `DIGEST_MISMATCH`
   */
  put(digest: Digest, bytes: Uint8Array, options?: AbortOptions): Promise<void>
  /** Like `put` up to its last step, which `publish` does: for manifests, which go in within an update of names. */
  stage(digest: Digest, bytes: Uint8Array, options?: AbortOptions): Promise<Staged>
  /** When it resolves, no power cut takes these blobs away again. For a batch, before a name is given to what needs them. */
  makeDurable(digests: Iterable<Digest>): Promise<void>
  /** `modifiedMs`: when the content was written, since 1970, by the clock of the engine. */
  list(
    options?: AbortOptions,
  ): AsyncIterable<{ readonly digest: Digest; readonly size: number; readonly modifiedMs: number }>
  /**
   * From then on it is not here, for `stat`, `list` and `ingest`; whoever reads it reads on, and in an engine that asks
   * for what is `needed` it can be read until `emptyTrash`. `false`: was not here. Whoever collects does it within an update of names.
   */
  remove(
    digest: Digest,
    options?: {
      /** Looks once more whether the update still counts: this process may have stood still just before it removed the blob. Then it is put back. */
      readonly assertHeld?: (() => Promise<void>) | undefined
      /** Of the update, in files: with it nothing is removed once the update no longer counts, so that nothing has to be put back. */
      readonly fence?: string | undefined
    },
  ): Promise<boolean>
  /**
   * Removes the trash, what killed processes left, and downloads that nobody went on with for a week. Within no update.
   *
   * @param options.needed what names and leases need now. An engine whose updates do not exclude each other asks it of
   *   what was removed a while ago, right before that is deleted, and what is needed again is here again; when it
   *   rejects, nothing is deleted. One whose updates do exclude each other need not ask.
   * @param options.quarantine also what was damaged and replaced. Default false: somebody may want to look at them.
   * @param options.dryRun removes nothing. Default false.
   * @param options.own whoever asks has just removed something, and does not ask for more than that: an engine that
   *   deletes nothing before some time has passed looks at no other. Default false.
   * @returns what was removed, or would be
   */
  emptyTrash(options?: {
    readonly needed?: (() => Promise<ReadonlySet<Digest>>) | undefined
    readonly quarantine?: boolean | undefined
    readonly dryRun?: boolean | undefined
    readonly own?: boolean | undefined
  }): Promise<Leftovers>
  /**
   * Whether there is room for these blobs, as far as they are not here yet: for a look before a download, and no promise.
   * @throws `NO_SPACE`
   */
  assertRoom(addresses: Iterable<BlobAddress>): Promise<void>
  /** What is kept beside content, records and names, whoever may still need it. Writes nothing. */
  leftovers(): Promise<Leftovers>
}

/** The same in files, under one root. */
export interface FileContentStore extends ContentStore<FileGrowth> {
  readonly root: string
  /** Absolute path of the blob's file, whether it exists or not. */
  path(digest: Digest): string
  ingest(
    address: BlobAddress,
    options?: IngestOptions & { readonly inMemory?: false | undefined },
  ): Promise<FileIngest | undefined>
  ingest(address: BlobAddress, options?: IngestOptions): Promise<Ingest<FileGrowth> | undefined>
}

export interface Staged {
  readonly digest: Digest
  publish(): Promise<void>
  discard(): Promise<void>
}
