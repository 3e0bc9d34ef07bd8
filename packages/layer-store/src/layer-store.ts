import type { AbortOptions } from '@lading/clock'
import type { BlobAddress, UnderLock } from '@lading/content-store'
import type { Algorithm, Digest } from '@lading/digest'

/** What a layer is, once its uncompressed bytes were seen. Facts only; never a blob's whereabouts. */
export interface LayerRecord {
  readonly chainId: Digest
  readonly diffId: Digest
  /** chainID of the layer below; absent on the base. */
  readonly parent?: Digest | undefined
  /** Uncompressed size in bytes. */
  readonly size: number
}

/** What a blob uncompresses to. */
export interface Uncompressed {
  /** In sha256, whatever the image's config uses. */
  readonly diffId: Digest
  /** The same content's names in further algorithms, as far as they were asked for. */
  readonly aliases?: readonly Digest[] | undefined
  /** Uncompressed size in bytes. */
  readonly size: number
}

/**
 * What any engine can give. `Growth` is how its content store lets a blob on its way in be followed: see `Ingest`.
 */
export interface LayerStore<Growth = unknown> {
  /** The memory: blob digest to diffIDs and size, only ever written by us after the bytes were verified. */
  known(blob: Digest): Promise<Uncompressed | undefined>
  /**
   * Inflates and hashes a layer, following `growth` while it downloads, or reading the committed blob if there is
   * none. Resolves only when the blob's digest is right. Does not write the memory: `register` does.
   *
   * @throws LayerError `LAYER_CORRUPT`, `LAYER_TOO_LARGE`, `LAYER_SOURCE_FAILED`, `LAYER_STORE_CLOSED`
   */
  uncompress(
    blob: BlobAddress,
    options?: AbortOptions & {
      readonly growth?: Growth | undefined
      /** Those of the image's `diff_ids`. sha256 is always computed; the others become `aliases`. */
      readonly algorithms?: readonly Algorithm[] | undefined
      /** `false`: the caller compares the diffID with one that it knows, so that gzip's own checksum is not computed. Default `true`. */
      readonly checksums?: boolean | undefined
      /** Compressed bytes consumed so far, at most every 100 ms. A new generation starts again from 0. */
      readonly onProgress?: ((consumed: number) => void) | undefined
    },
  ): Promise<Uncompressed>
  /**
   * Registers the layer on its parent and remembers the blob's diffIDs. Idempotent. The parent must be registered, or be
   * about to be by this store: then this resolves after it, and rejects when it does.
   *
   * `diffId` is the layer's name in the image's config, of which the chainID is made, in any algorithm; `aliases` are its
   * others. The memory is of the one in sha256 with the rest; without that one nothing is remembered.
   */
  register(layer: {
    readonly blob: Digest
    readonly diffId: Digest
    readonly aliases?: readonly Digest[] | undefined
    readonly size: number
    readonly parent?: Digest | undefined
  }): Promise<LayerRecord>
  /**
   * Returns when an image of so many layers can be registered: before any of them is fetched.
   *
   * @throws LayerError `LAYER_MAX_DEPTH`
   */
  assertLayerCount(count: number, image: Digest): void
  get(chainId: Digest): Promise<LayerRecord | undefined>
  list(): AsyncIterable<LayerRecord>
  /** Forgets a layer. `false`: was not there. */
  remove(chainId: Digest, options?: UnderLock): Promise<boolean>
  /** Remembers what a blob uncompresses to, and nothing else of it: in place of what was remembered. */
  remember(blob: Digest, inside: Uncompressed): Promise<void>
  /** Forgets what a blob uncompresses to. `false`: was not known. */
  forget(blob: Digest): Promise<boolean>
  /**
   * Forgets what these blobs uncompress to as long as they are not here again: what is known of the last thousand is kept
   * aside. What cannot be kept is forgotten.
   */
  setAside(blobs: Iterable<Digest>): Promise<void>
  /** What a blob that was set aside uncompresses to: for whoever has its bytes once more, and verified them. */
  recall(blob: Digest): Promise<Uncompressed | undefined>
  /** Gives up what is being uncompressed, and ends what works on it. Idempotent. */
  close(): Promise<void>
}
