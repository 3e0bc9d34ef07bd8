import type { Digest } from '@lading/digest'
import { parseStrictJson } from '../json/parse-strict-json.ts'
import type { JsonObject } from '../json/json-value.ts'
import type { Manifest } from '../manifest.ts'
import { convertIndex } from './convert-index.ts'
import { convertManifest } from './convert-manifest.ts'
import { formatOf, type ImageFormat } from './image-format.ts'
import type { LayerCompression } from './layer-type.ts'

/** A layer of the same diffID, in another compression. Its size in bytes. */
export interface ReplacedLayer {
  readonly digest: Digest
  readonly size: number
  readonly compression: LayerCompression
}

/** A manifest or an index that was converted. Its size in bytes. */
export interface ReplacedDocument {
  readonly digest: Digest
  readonly size: number
  readonly mediaType: string
}

/** What stands in the place of content that a document names; `left out`: an entry of an index that goes. */
export type Replacement = ReplacedLayer | ReplacedDocument | 'left out'

export interface ConvertOptions {
  /** Default: the one it has. */
  readonly format?: ImageFormat | undefined
  /** What is named by other digests now. */
  readonly replaced?: ReadonlyMap<Digest, Replacement> | undefined
}

export interface ConvertedDocument {
  readonly mediaType: string
  /** The very bytes that were given, where there was nothing to change. */
  readonly bytes: Uint8Array
  /** Members that the format does not have, in words: `annotations`. */
  readonly lost: readonly string[]
}

/** One kind of document in other words; `undefined`: all of it stays. */
export interface Rewritten {
  readonly mediaType: string
  readonly members: JsonObject
  readonly lost: readonly string[]
}

/**
 * A manifest or an index in the other family's media types, or over other layers; the same input gives the same bytes.
 * Into OCI every member stays; Docker's schema 2 has no annotations, which are left out. A config's bytes are the same in
 * both, so that the image ID stays (image-spec, "Compatibility Matrix"; Docker's "Image Manifest V 2, Schema 2").
 *
 * @throws ManifestError `FORMAT_UNSUITABLE`: zstd layers, artifacts, subjects and indexes in indexes are not in Docker's
 *   format, Docker's plugins are in no other; what parsing throws
 */
export function convertDocument(
  bytes: Uint8Array,
  manifest: Manifest,
  { format, replaced = new Map() }: ConvertOptions = {},
): ConvertedDocument {
  const { mediaType } = manifest
  const how = { given: format, format: format ?? formatOf(mediaType), replaced }
  const text = parseStrictJson(bytes) as JsonObject
  const rewritten = manifest.kind === 'index' ? convertIndex(text, manifest, how) : convertManifest(text, manifest, how)
  if (rewritten === undefined) return { mediaType, bytes, lost: [] }
  return {
    mediaType: rewritten.mediaType,
    bytes: new TextEncoder().encode(JSON.stringify(rewritten.members)),
    lost: rewritten.lost,
  }
}
