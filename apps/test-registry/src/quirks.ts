import type { RouteKind } from './route.ts'

/** Where a registry leaves the distribution spec, or uses what it allows. Every default is what the spec prefers. */
export interface Quirks {
  /** Whether one POST with a body makes a blob. Default true; false opens a session instead (202), as the spec allows. */
  readonly singlePost?: boolean | undefined
  /** Which mounts are done; the others open a session. Default `any`; `from`: only with `from`; `referenced`: only with `from`, and a blob that a manifest there names. */
  readonly mounts?: 'any' | 'from' | 'referenced' | 'none' | undefined
  /** The least bytes of a chunk that is not the last, sent as `OCI-Chunk-Min-Length` and insisted on. */
  readonly chunkMinBytes?: number | undefined
  /** Whether `Content-Range` of a chunk is looked at. Default true: out of order is 416. `bare`: without saying where the upload stands. */
  readonly chunkOrder?: boolean | 'bare' | undefined
  /** Status of a chunk that was taken. Default 202. */
  readonly chunkStatus?: number | undefined
  /** `Range` of an upload's answers: where it stands (default), where it stood after the first chunk, the last chunk alone, one too many, or none. */
  readonly uploadRange?: 'right' | 'stuck' | 'relative' | 'beyond' | 'none' | undefined
  /** Status of a blob or manifest that was pushed. Default 201. */
  readonly createdStatus?: number | undefined
  /** An upload's `Location` says where it stands, and one from before is 404, or 416 where `chunkOrder` is `bare`. Default false. */
  readonly statefulLocations?: boolean | undefined
  /** `Location` has scheme and host. Default false. */
  readonly absoluteLocations?: boolean | undefined
  /** Default true. False: 400, as where deleting tags is switched off. */
  readonly deleteTags?: boolean | undefined
  /** Default true. False: 405. */
  readonly deleteContent?: boolean | undefined
  /** The most entries of a page of tags, repositories or referrers, asked for or not. */
  readonly maxPageSize?: number | undefined
  /** An `n` of the catalog above this is 400. Default: none is. */
  readonly maxCatalogNumber?: number | undefined
  /** What a repository is that has blobs and no manifest yet: one like any other (default), one whose tags are 404 (`no-tags`), or that is `unlisted` in the catalog too. */
  readonly repositoryOfBlobs?: 'whole' | 'no-tags' | 'unlisted' | undefined
  /** The code of a manifest in a repository that is not there. Default `NAME_UNKNOWN`. */
  readonly unknownRepositoryCode?: 'NAME_UNKNOWN' | 'MANIFEST_UNKNOWN' | undefined
  /** Whether `_catalog` is there. Default true. */
  readonly catalog?: boolean | undefined
  /** `OCI-Subject` after a push. Default: where the referrers API is. */
  readonly ociSubject?: boolean | undefined
  /** A `subject` that is not there is refused, against the spec. Default false. */
  readonly subjectMustExist?: boolean | undefined
  /** `Docker-Content-Digest`: in the algorithm that was asked for (default), always sha256, or absent. */
  readonly digestHeader?: 'asked' | 'sha256' | 'none' | undefined
  /** Manifests under another algorithm than sha256. Default true; false: 400. */
  readonly manifestAlgorithms?: boolean | undefined
  /** Of a manifest's path with a malformed digest, except for DELETE. Default 400. */
  readonly malformedDigestStatus?: number | undefined
  /** Non-distributable layers that are not there are accepted (default), or as in Docker's registry, where no URL is allowed: 500 for every layer that has `urls`, and without them it must be there. */
  readonly foreignLayers?: 'accepted' | 'docker' | undefined
  /** Of a manifest that is too large. Default 413. */
  readonly tooLargeStatus?: number | undefined
  /** 416 with an error body (default), or as Go's file server: a few words (`text`), which are `broken` off where it says the length of the whole blob. There, units other than bytes are 416 too. */
  readonly rangeError?: 'json' | 'text' | 'broken' | undefined
  /** Ranges are announced and then ignored: 200 and everything. Default false. */
  readonly ignoreRanges?: boolean | undefined
  /** Blobs that are there are redirected to a signed URL: at the second origin (`cdn`, the same as true), or at the registry's own. Default false. */
  readonly redirectBlobs?: boolean | 'cdn' | 'same-origin' | undefined
  /** Signed URLs are for GET alone: HEAD of one is 403, as S3 has it. Default false. */
  readonly signedForGet?: boolean | undefined
  /** `Location` of a redirect is so long, in bytes. */
  readonly locationBytes?: number | undefined
  /** Whether pushing makes a repository. Default true; false: one that is not there is 404. */
  readonly createOnPush?: boolean | undefined
  /** A tag that is there never moves. Default false. */
  readonly immutableTags?: boolean | undefined
  /** Media types that a pushed manifest must have one of, in `Content-Type`. Default: any. */
  readonly manifestTypes?: readonly string[] | undefined
  /** A manifest of an image without a config is refused. Default false. */
  readonly configNeeded?: boolean | undefined
  /** Whether a manifest may have both `layers` and `manifests`. Default true; false: 400 (GHSA-77vh-xpmg-72qh). */
  readonly mixedLists?: boolean | undefined
  /** 304 for a manifest has no header, and what `If-None-Match` asks for needs no quotes. Default false. */
  readonly bareNotModified?: boolean | undefined
  /** Paths and methods as Docker's registry routes them: what is none is 404 or 405 in a few words, `/v2` leads to `/v2/`. Default: error bodies. */
  readonly router?: 'docker' | undefined
  /** Media types of configs that a pushed manifest may have. Default: any. */
  readonly configTypes?: readonly string[] | undefined
  /** An OCI manifest or index is 404 for a client whose `Accept` does not name its type. Default false. */
  readonly acceptNeeded?: boolean | undefined
  /** A client whose `Accept` names neither the type nor a wildcard gets schema 1, unsigned; or for Docker's type asked for by tag, wildcard or not, `signed`. Default false. */
  readonly schema1?: boolean | 'signed' | undefined
  /** Tags in the order of the alphabet. Default true; false: in no order. */
  readonly sortedTags?: boolean | undefined
  /** Query parameters that are not looked at, by route. */
  readonly ignoredParameters?: Readonly<Partial<Record<RouteKind, readonly string[]>>> | undefined
  /** On every answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** So many bytes of header fields more, on every answer of both origins, tokens and refusals included. */
  readonly headerBytes?: number | undefined
  /** Bodies come in chunks, without `Content-Length`, which HEAD has not either. Default false. */
  readonly chunkedBodies?: boolean | undefined
  /** Interim answers (1xx) that nobody asked for, before every answer. */
  readonly interimAnswers?: readonly number[] | undefined
  /** `Content-Encoding` on every answer that has a body, whose bytes stay as they are. */
  readonly contentEncodingLabel?: string | undefined
  /** `Content-Type` of manifests: any, `none`, or that of the `other-family` (OCI's for Docker's, and the other way round). */
  readonly manifestLabel?: string | undefined
  /** HEAD of a manifest or blob is refused with this status. */
  readonly headStatus?: number | undefined
  /** What HEAD of a manifest or blob says: all (default), no digest, or no header that GET has. */
  readonly headHeaders?: 'all' | 'no-digest' | 'none' | undefined
  /** How `Link` names the next page. Default: a path in brackets, with `rel="next"`. */
  readonly linkForm?: LinkForm | undefined
  /** Lists without an entry, as Go writes them: null, or no such member. Default: `[]`. */
  readonly emptyLists?: 'null' | 'absent' | undefined
  /** Lists of tags, repositories and referrers have at least so many bytes: blanks fill them. */
  readonly listBytes?: number | undefined
  /** Token answers and lists of tags and repositories: each member twice, bytes that are not UTF-8, or a byte order mark. */
  readonly sloppyJson?: 'member-twice' | 'not-utf8' | 'bom' | undefined
  /** With authentication: the challenge stands at `/v2/` alone, and all else is refused with this status, bare. */
  readonly challengeOnlyAtPing?: number | undefined
  /** How the challenge is written. Default: `Bearer realm="…",service="…"`. */
  readonly challengeForm?: 'lower-case' | 'spaced' | 'unquoted' | undefined
  /** A token is void after so many requests. Default: as `auth` says. */
  readonly tokenRequests?: number | undefined
  /** A token that is void or unknown, or a wrong password, is refused with this status, without a challenge and a body. */
  readonly voidTokenStatus?: number | undefined
  /** The challenge leads to the token endpoint at the second origin, by another host name. Default: as `auth` says. */
  readonly tokensElsewhere?: boolean | undefined
  /** What stands before a repository's name in challenges and tokens, as at a mirror that knows it by another name: `proxy/`. */
  readonly scopePrefix?: string | undefined
}

/** Ways to name the next page that registries and the proxies before them have been seen with. */
export type LinkForm =
  | 'absolute'
  | 'plain-http'
  | 'other-port'
  | 'inner-host'
  | 'other-path'
  | 'short-path'
  | 'query'
  | 'no-rel'
  | 'single-quotes'
  | 'quotes'
  | 'no-brackets'
