import { parseContentType } from './content-type.ts'
import { decodeImageIndex, decodeImageManifest, readDocument } from './decode/decode-manifest.ts'
import { mediaTypeByShape } from './decode/check-document.ts'
import type { Limits } from './decode/limits.ts'
import { isSchema1Type, DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from './media-types.ts'
import { unsupported } from './decode/unsupported.ts'
import { toDecoder, type Decoder, type DecoderLike } from './decoder.ts'
import { parseStrictJson } from './json/parse-strict-json.ts'
import type { ImageIndex, ImageManifest } from './manifest.ts'

/** What the ready-made registry decodes, by media type. */
export interface StandardDocuments {
  readonly 'application/vnd.oci.image.index.v1+json': ImageIndex
  readonly 'application/vnd.docker.distribution.manifest.list.v2+json': ImageIndex
  readonly 'application/vnd.oci.image.manifest.v1+json': ImageManifest
  readonly 'application/vnd.docker.distribution.manifest.v2+json': ImageManifest
}

/** Media types and their decoders, as an immutable value. */
export interface Schemas<Known = StandardDocuments> {
  /** What a manifest request accepts, preferred first. */
  readonly mediaTypes: readonly string[]
  /** A registry that knows one media type more, or another decoder for one. This one stays as it is. */
  with<const MediaType extends string, T>(mediaType: MediaType, decoder: DecoderLike<T>): Schemas<Omit<Known, MediaType> & { readonly [M in MediaType]: T }>
  /**
   * The typed view of a document.
   *
   * `contentType` is what the bytes came as: a descriptor's media type, or a `Content-Type` header, whose parameters
   * are ignored. Where it is absent or unknown (`application/json`, `text/plain` …) the document's own `mediaType`
   * decides, and then its shape.
   *
   * @throws ManifestError every code but `CONFIG_…` and `PLATFORM_INVALID`
   */
  unmarshal<MediaType extends keyof Known>(contentType: MediaType, bytes: Uint8Array, limits?: Limits): Known[MediaType]
  unmarshal(contentType: string | null | undefined, bytes: Uint8Array, limits?: Limits): Known[keyof Known]
}

type Table = ReadonlyMap<string, Decoder<unknown>>

function fromTable<Known>(table: Table): Schemas<Known> {
  function unmarshal(contentType: string | null | undefined, bytes: Uint8Array, limits: Limits = {}): unknown {
    const declared = parseContentType(contentType)
    const decode = declared === undefined ? undefined : table.get(declared)
    if (decode !== undefined && declared !== undefined) return decode(bytes, declared, limits)
    if (declared !== undefined && isSchema1Type(declared)) throw unsupported(declared)
    const decided = decideType(bytes, limits)
    const byDocument = table.get(decided)
    if (byDocument === undefined) throw unsupported(decided)
    return byDocument(bytes, decided, limits)
  }
  return Object.freeze({
    mediaTypes: Object.freeze([...table.keys()]),
    with: (mediaType: string, decoder: DecoderLike<unknown>) => {
      const key = parseContentType(mediaType) ?? mediaType
      return fromTable(new Map([...table, [key, toDecoder(decoder)]]))
    },
    unmarshal,
  }) as Schemas<Known>
}

/** The media type of a document that came without a useful one. */
function decideType(bytes: Uint8Array, limits: Limits): string {
  const value = parseStrictJson(bytes, { maxBytes: limits.maxBytes })
  const own = typeof value === 'object' && value !== null && 'mediaType' in value ? value.mediaType : undefined
  return typeof own === 'string' && own !== '' ? own : mediaTypeByShape(readDocument(bytes, limits))
}

/** Docker schema 2, Docker manifest list, OCI manifest and OCI index. */
export const schemas: Schemas = fromTable<StandardDocuments>(
  new Map<string, Decoder<unknown>>([
    [OCI_INDEX, decodeImageIndex],
    [DOCKER_LIST, decodeImageIndex],
    [OCI_MANIFEST, decodeImageManifest],
    [DOCKER_MANIFEST, decodeImageManifest],
  ]),
)
