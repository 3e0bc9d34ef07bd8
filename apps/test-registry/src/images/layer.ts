import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { digestOf } from '../hash.ts'
import { docker, oci } from '../media-types.ts'
import type { BuiltLayer } from './built.ts'
import { compress, type LayerCompression } from './compress.ts'
import { tar, type TarFiles } from './tar.ts'

export type Flavour = 'oci' | 'docker'

export interface LayerOptions {
  /** Default `gzip`. */
  readonly compression?: LayerCompression | undefined
  /** Of gzip and zstd, 0 to 9. Default 6. */
  readonly level?: number | undefined
  readonly mediaType?: string | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** Makes it a foreign layer: fetched from there, absent from the registry unless `stored` is true. */
  readonly urls?: readonly string[] | undefined
  /** Whether the registry gets the blob. Default true, without `urls`. */
  readonly stored?: boolean | undefined
  /** Embed the bytes in the descriptor's `data`. */
  readonly embed?: boolean | undefined
  /** Lies on purpose: what the manifest says instead of the truth. */
  readonly claimedDigest?: Digest | undefined
  readonly claimedSize?: number | undefined
  /** A lie on purpose: what the config says instead of the true diffID. */
  readonly claimedDiffId?: Digest | undefined
}

/** What `.layer()` was given, until the flavour is known. */
export interface LayerSource {
  readonly content: Uint8Array | TarFiles
  /** The blob's own bytes, compressed elsewhere (several members, an odd format); `content` is then its tar. */
  readonly blob?: Uint8Array | undefined
  readonly options: LayerOptions
}

export function buildLayer(source: LayerSource, flavour: Flavour): BuiltLayer & { readonly claimedDiffId: Digest } {
  const { options } = source
  const compression = options.compression ?? 'gzip'
  const archive = source.content instanceof Uint8Array ? source.content : tar(source.content)
  const bytes = source.blob ?? compress(archive, compression, options.level)
  const types = flavour === 'oci' ? oci : docker
  const foreign = options.urls !== undefined
  const mediaType = options.mediaType ?? (foreign ? types.foreign : types.layer)[compression]
  const digest = digestOf(bytes)
  const diffId = digestOf(archive)
  const descriptor: Descriptor = {
    mediaType,
    digest: options.claimedDigest ?? digest,
    size: options.claimedSize ?? bytes.length,
    ...(options.urls === undefined ? {} : { urls: options.urls }),
    ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
    ...(options.embed === true ? { data: bytes } : {}),
  }
  return {
    bytes,
    digest,
    size: bytes.length,
    mediaType,
    descriptor,
    diffId,
    tar: archive,
    stored: options.stored ?? !foreign,
    claimedDiffId: options.claimedDiffId ?? diffId,
  }
}
