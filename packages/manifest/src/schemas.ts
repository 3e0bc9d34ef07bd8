import { isLadingError } from '@lading/errors'
import { parseContentType } from './content-type.ts'
import { decodeImageIndex, decodeImageManifest, readDocument } from './decode/decode-manifest.ts'
import { mediaTypeByShape } from './decode/check-document.ts'
import type { Limits } from './decode/limits.ts'
import { isSchema1Type, DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, sameKind } from './media-types.ts'
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

export interface SchemaOptions {
  /** The part of a document that its digest is over. Default: all of it; only signed formats differ. */
  readonly digested?: ((bytes: Uint8Array, mediaType: string, limits: Limits) => Uint8Array) | undefined
}

/** What a document is, before it is decoded. */
export interface Identity {
  readonly mediaType: string
  /** What its digest is over. */
  readonly digested: Uint8Array
}

/** Media types and their decoders, as an immutable value. */
export interface Schemas<Known = StandardDocuments> {
  /** What a manifest request accepts, preferred first. */
  readonly mediaTypes: readonly string[]
  /** A registry that knows one media type more, or another decoder for one. This one stays as it is. */
  with<const MediaType extends string, T>(
    mediaType: MediaType,
    decoder: DecoderLike<T>,
    options?: SchemaOptions,
  ): Schemas<Omit<Known, MediaType> & { readonly [M in MediaType]: T }>
  /**
   * The typed view of a document.
   *
   * `contentType` is what the bytes came as: a descriptor's media type, or a `Content-Type` header, whose parameters
   * are ignored. Where it is absent or unknown (`application/json`, `text/html` …) the document's own `mediaType` decides,
   * and then its shape. Between Docker's and OCI's type of one kind of document, its own `mediaType` decides too.
   *
   * @throws ManifestError every code but `CONFIG_…` and `PLATFORM_INVALID`
   */
  unmarshal<MediaType extends keyof Known>(contentType: MediaType, bytes: Uint8Array, limits?: Limits): Known[MediaType]
  unmarshal(contentType: string | null | undefined, bytes: Uint8Array, limits?: Limits): Known[keyof Known]
  /**
   * What `unmarshal` would take a document for, and which of its bytes its digest is over. For whoever verifies a digest
   * before decoding: bytes that cannot be read are all theirs, under the type they came with.
   *
   * @throws ManifestError `CONTENT_TYPE_INVALID`; `MANIFEST_SCHEMA1` where schema 1 is not decoded; what `digested` throws
   */
  identify(contentType: string | null | undefined, bytes: Uint8Array, limits?: Limits): Identity
}

interface Schema extends SchemaOptions {
  readonly decode: Decoder<unknown>
  /** What a document is that came as this type, as its decoder will find. Default: this type. */
  readonly typeOf?: ((bytes: Uint8Array, mediaType: string, limits: Limits) => string) | undefined
}

type Table = ReadonlyMap<string, Schema>

function fromTable<Known>(table: Table): Schemas<Known> {
  /** The declared type if it is known; else what the document itself says. */
  function typeOf(contentType: string | null | undefined, bytes: Uint8Array, limits: Limits): string {
    const declared = parseContentType(contentType)
    if (declared !== undefined && table.has(declared)) return declared
    if (declared !== undefined && isSchema1Type(declared)) throw unsupported(declared)
    return decideType(bytes, limits)
  }
  return Object.freeze({
    mediaTypes: Object.freeze([...table.keys()]),
    with: (mediaType: string, decoder: DecoderLike<unknown>, options: SchemaOptions = {}) => {
      const key = parseContentType(mediaType) ?? mediaType
      return fromTable(new Map([...table, [key, { ...options, decode: toDecoder(decoder) }]]))
    },
    unmarshal(contentType: string | null | undefined, bytes: Uint8Array, limits: Limits = {}): unknown {
      const mediaType = typeOf(contentType, bytes, limits)
      const schema = table.get(mediaType)
      if (schema === undefined) throw unsupported(mediaType)
      return schema.decode(bytes, mediaType, limits)
    },
    identify(contentType: string | null | undefined, bytes: Uint8Array, limits: Limits = {}): Identity {
      const declared = parseContentType(contentType)
      let mediaType: string
      try {
        mediaType = typeOf(declared, bytes, limits)
      } catch (error) {
        if (isLadingError(error, 'MANIFEST_SCHEMA1')) throw error
        return { mediaType: declared ?? '', digested: bytes }
      }
      if (isSchema1Type(mediaType) && !table.has(mediaType)) throw unsupported(mediaType)
      const schema = table.get(mediaType)
      return {
        mediaType: schema?.typeOf?.(bytes, mediaType, limits) ?? mediaType,
        digested: schema?.digested?.(bytes, mediaType, limits) ?? bytes,
      }
    },
  }) as Schemas<Known>
}

/** The media type of a document that came without a useful one. */
function decideType(bytes: Uint8Array, limits: Limits): string {
  const value = parseStrictJson(bytes, { maxBytes: limits.maxBytes })
  const own = typeof value === 'object' && value !== null && 'mediaType' in value ? value.mediaType : undefined
  return typeof own === 'string' && own !== '' ? own : mediaTypeByShape(readDocument(bytes, limits))
}

/** Of the two families, the one that the document says. What cannot be read is left to its decoder to refuse. */
function ownType(bytes: Uint8Array, declared: string, limits: Limits): string {
  let own: unknown
  try {
    own = readDocument(bytes, limits).value('mediaType')
  } catch {
    return declared
  }
  return typeof own === 'string' && sameKind(own, declared) ? own : declared
}

/** Docker schema 2, Docker manifest list, OCI manifest and OCI index. */
export const schemas: Schemas = fromTable<StandardDocuments>(
  new Map<string, Schema>([
    [OCI_INDEX, { decode: decodeImageIndex, typeOf: ownType }],
    [DOCKER_LIST, { decode: decodeImageIndex, typeOf: ownType }],
    [OCI_MANIFEST, { decode: decodeImageManifest, typeOf: ownType }],
    [DOCKER_MANIFEST, { decode: decodeImageManifest, typeOf: ownType }],
  ]),
)
