import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { CompressionKind } from '@lading/compression'

/** The most bytes of a manifest, an index below `index.json`, or a config: what registries accept. */
export const documentLimit: number = 4 * 1024 * 1024
/** The most bytes of `index.json`, `manifest.json` and `repositories`, which list everything. */
export const namesLimit: number = 64 * 1024 * 1024

/** A layer of a docker-archive, as it is stored there. */
export interface FoundLayer {
  /** Where its bytes are: links were followed. */
  readonly path: string
  /** If it is known without reading the whole file: the receiver of the bytes verifies it. */
  readonly digest: Digest
  /** In bytes. */
  readonly size: number
  readonly compression: CompressionKind
}

/** What is read of an archive to know its images. */
export interface Members {
  /** A small file, whole; `undefined`: not there. Links are refused. */
  document(path: string, options: AbortOptions & { readonly maxBytes: number }): Promise<Uint8Array | undefined>
  /**
   * A layer; `undefined`: not there.
   *
   * @param options.diffId from the config: the digest of the layer if it is not compressed
   */
  layer(path: string, options: AbortOptions & { readonly diffId?: Digest | undefined }): Promise<FoundLayer | undefined>
  /** All paths. Absent: they cannot be listed. */
  readonly paths?: (() => Iterable<string>) | undefined
}
