import type { LinkForm, Quirks } from '../quirks.ts'

/** What a quirk may be set to. */
export type QuirkValue =
  | { readonly kind: 'flag' }
  | { readonly kind: 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'numbers'; readonly least: number; readonly most: number }
  | { readonly kind: 'words'; readonly words: readonly (string | boolean)[] }
  | { readonly kind: 'text' }
  | { readonly kind: 'texts' }
  | { readonly kind: 'json' }

export interface QuirkRow {
  /** One line. */
  readonly help: string
  readonly value: QuirkValue
}

const mebibyte = 1024 * 1024
const flag: QuirkValue = { kind: 'flag' }
const number = (least: number, most: number): QuirkValue => ({ kind: 'number', least, most })
const words = (...all: readonly (string | boolean)[]): QuirkValue => ({ kind: 'words', words: all })
const text: QuirkValue = { kind: 'text' }
const json: QuirkValue = { kind: 'json' }
const status = number(200, 599)
const refusal = number(400, 599)
const linkForms: readonly LinkForm[] = [
  'absolute',
  'plain-http',
  'other-port',
  'inner-host',
  'other-path',
  'short-path',
  'query',
  'no-rel',
  'single-quotes',
  'quotes',
  'no-brackets',
]

/** Every quirk by its name, which is the same in code, on the command line, in the control API and in the README. */
export const quirkTable: Readonly<Record<keyof Quirks, QuirkRow>> = {
  headStatus: { help: 'HEAD of a manifest or blob is refused with it', value: refusal },
  headHeaders: {
    help: 'what HEAD of a manifest or blob says: no digest, or no header that GET has',
    value: words('all', 'no-digest', 'none'),
  },
  headerBytes: { help: 'so many bytes of header fields more, on every answer', value: number(0, mebibyte) },
  locationBytes: { help: '`Location` of a redirect is so long', value: number(0, 60_000) },
  chunkedBodies: { help: 'bodies come in chunks, and no answer has a `Content-Length`', value: flag },
  interimAnswers: {
    help: 'interim answers that nobody asked for, before every answer',
    value: { kind: 'numbers', least: 100, most: 199 },
  },
  contentEncodingLabel: { help: '`Content-Encoding` on every answer with a body, which stays as it is', value: text },
  manifestLabel: { help: '`Content-Type` of manifests: any, `none`, or that of the `other-family`', value: text },
  challengeOnlyAtPing: {
    help: 'the challenge stands at `/v2/` alone; all else is refused with this status, bare',
    value: refusal,
  },
  challengeForm: {
    help: 'how the challenge is written',
    value: words('lower-case', 'spaced', 'unquoted'),
  },
  tokenRequests: { help: 'a token is void after so many requests', value: number(1, mebibyte) },
  voidTokenStatus: {
    help: 'a token that is void, or a wrong password, is refused with it, without a challenge',
    value: refusal,
  },
  tokensElsewhere: { help: 'the challenge leads to the second origin for tokens', value: flag },
  scopePrefix: { help: 'challenges and tokens name the repository with this before its name', value: text },
  redirectBlobs: {
    help: 'blobs are redirected to a signed URL, at the second origin or at the registry itself',
    value: words(true, false, 'cdn', 'same-origin'),
  },
  signedForGet: { help: 'HEAD of a signed URL is 403', value: flag },
  linkForm: { help: 'how `Link` names the next page', value: words(...linkForms) },
  maxPageSize: { help: 'the most entries of a page of a list', value: number(1, mebibyte) },
  listBytes: { help: 'lists have at least so many bytes', value: number(0, 64 * mebibyte) },
  emptyLists: { help: 'lists without an entry are null, or no member', value: words('null', 'absent') },
  sloppyJson: {
    help: 'tokens and lists: a member twice, bytes that are not UTF-8, a byte order mark',
    value: words('member-twice', 'not-utf8', 'bom'),
  },
  sortedTags: { help: 'false: tags in no order', value: flag },
  catalog: { help: 'false: no `_catalog`', value: flag },
  digestHeader: {
    help: '`Docker-Content-Digest`: as asked for, always sha256, or none',
    value: words('asked', 'sha256', 'none'),
  },
  ignoreRanges: { help: 'ranges are announced and ignored', value: flag },
  rangeError: {
    help: '416 in a few words, or broken off: it says the length of the whole blob',
    value: words('json', 'text', 'broken'),
  },
  bareNotModified: { help: '304 for a manifest has no header', value: flag },
  router: { help: 'what is no path or method is 404 or 405 in a few words', value: words('docker') },
  unknownRepositoryCode: {
    help: 'the code of a manifest in a repository that is not there',
    value: words('NAME_UNKNOWN', 'MANIFEST_UNKNOWN'),
  },
  repositoryOfBlobs: {
    help: 'one without a manifest yet: its tags are 404, or the catalog has not got it either',
    value: words('whole', 'no-tags', 'unlisted'),
  },
  maxCatalogNumber: { help: 'a greater `n` of the catalog is 400', value: number(1, mebibyte) },
  acceptNeeded: { help: 'OCI manifests are 404 for who does not accept them', value: flag },
  schema1: {
    help: 'schema 1 for who does not accept more; signed: Docker’s alone, by tag',
    value: words(true, false, 'signed'),
  },
  malformedDigestStatus: { help: 'of a manifest’s path with a malformed digest', value: status },
  singlePost: { help: 'false: a POST with a body opens a session', value: flag },
  mounts: { help: 'which mounts are done', value: words('any', 'from', 'referenced', 'none') },
  chunkMinBytes: { help: 'the least bytes of a chunk that is not the last', value: number(0, 1024 * mebibyte) },
  chunkOrder: {
    help: '`Content-Range` of a chunk: false: not looked at; bare: 416 without the place',
    value: words(true, false, 'bare'),
  },
  chunkStatus: { help: 'of a chunk that was taken', value: status },
  uploadRange: {
    help: '`Range` of an upload: right, of the first chunk, of the last one, one too far, none',
    value: words('right', 'stuck', 'relative', 'beyond', 'none'),
  },
  createdStatus: { help: 'of a blob or manifest that was pushed', value: number(200, 299) },
  statefulLocations: { help: 'an upload’s `Location` says where it stands', value: flag },
  absoluteLocations: { help: '`Location` has scheme and host', value: flag },
  createOnPush: { help: 'false: a repository that is not there is 404 for a push', value: flag },
  immutableTags: { help: 'a tag that is there never moves', value: flag },
  manifestTypes: { help: 'media types of manifests that may be pushed', value: { kind: 'texts' } },
  configNeeded: { help: 'an image without a config is refused', value: flag },
  mixedLists: { help: 'false: a manifest with both layers and manifests is refused', value: flag },
  configTypes: { help: 'media types of configs that may be pushed', value: { kind: 'texts' } },
  manifestAlgorithms: { help: 'false: manifests by sha256 alone', value: flag },
  foreignLayers: { help: 'foreign layers that are not there', value: words('accepted', 'docker') },
  tooLargeStatus: { help: 'of a manifest that is too large', value: refusal },
  deleteTags: { help: 'false: deleting a tag is 400', value: flag },
  deleteContent: { help: 'false: deleting is 405', value: flag },
  ociSubject: { help: '`OCI-Subject` after a push', value: flag },
  subjectMustExist: { help: 'a `subject` that is not there is refused', value: flag },
  ignoredParameters: { help: 'query parameters that are not looked at, by route', value: json },
  headers: { help: 'on every answer of the API', value: json },
}
