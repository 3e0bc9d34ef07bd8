import { RegistryError, type RegistryErrorCode } from '../errors/registry-error.ts'
import { parseChallenges } from '../headers/challenge.ts'
import { formatReported, readErrors } from './read-errors.ts'
import { retryAfterOf } from '../headers/retry-after.ts'
import type { Head } from '../wire/wire-request.ts'

/** What was asked for: decides what a bare 404 means. */
type Subject = 'manifest' | 'blob' | 'upload' | 'tags' | 'registry'

const ownWords: Readonly<Record<string, RegistryErrorCode>> = {
  UNAUTHORIZED: 'UNAUTHORIZED',
  DENIED: 'DENIED',
  UNSUPPORTED: 'UNSUPPORTED',
  UNAVAILABLE: 'UNAVAILABLE',
  TOOMANYREQUESTS: 'TOO_MANY_REQUESTS',
  MANIFEST_UNKNOWN: 'MANIFEST_UNKNOWN',
  NAME_UNKNOWN: 'NAME_UNKNOWN',
  // Harbor's word for a missing repository or project.
  NOT_FOUND: 'NOT_FOUND',
  BLOB_UNKNOWN: 'BLOB_UNKNOWN',
  MANIFEST_BLOB_UNKNOWN: 'BLOB_UNKNOWN',
  NAME_INVALID: 'NAME_INVALID',
  TAG_INVALID: 'TAG_INVALID',
  DIGEST_INVALID: 'DIGEST_INVALID',
  MANIFEST_INVALID: 'MANIFEST_INVALID',
  RANGE_INVALID: 'RANGE_INVALID',
  BLOB_UPLOAD_UNKNOWN: 'UPLOAD_UNKNOWN',
  BLOB_UPLOAD_INVALID: 'UPLOAD_INVALID',
  SIZE_INVALID: 'SIZE_INVALID',
}

const byStatus: Readonly<Record<number, RegistryErrorCode>> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  405: 'UNSUPPORTED',
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED',
  416: 'RANGE_INVALID',
  429: 'TOO_MANY_REQUESTS',
}
const missing: Readonly<Record<Subject, RegistryErrorCode>> = {
  manifest: 'MANIFEST_UNKNOWN',
  blob: 'BLOB_UNKNOWN',
  upload: 'UPLOAD_UNKNOWN',
  tags: 'NAME_UNKNOWN',
  registry: 'UNSUPPORTED',
}

/** To be paid for; in conflict with what is there; against a rule of the registry's; locked; forbidden by law. */
const refusing: ReadonlySet<number> = new Set([402, 409, 412, 423, 451])

export interface AnswerFacts {
  readonly subject: Subject
  readonly repository?: string | undefined
  readonly digest?: string | undefined
  /** Why access may have been refused although there are credentials. */
  readonly hint?: string | undefined
}

/**
 * The error of an answer that is none of the expected ones (distribution-spec, "Error Codes"). Of a list, the first
 * entry counts and the others are kept. An entry with and without detail count alike.
 */
export function errorOfAnswer(
  head: Head,
  body: Uint8Array,
  { subject, repository, digest, hint }: AnswerFacts,
): RegistryError {
  const { status, url } = head
  const { entries, text } = readErrors(body)
  const challenged = status >= 400 && status < 500 ? challengeError(head) : undefined
  const reported = challenged === undefined ? entries : [challenged, ...entries]
  const code = isRateLimit(head, [text, ...entries.map((entry) => entry.message)])
    ? 'TOO_MANY_REQUESTS'
    : codeOf(head, subject, reported[0]?.code)
  const said = reported[0] === undefined ? text : formatReported(reported[0])
  const message = said === '' ? `${url.host} answered ${status}` : `${url.host} answered ${status}: ${said}`
  return new RegistryError(code, message, {
    host: url.host,
    status,
    repository,
    digest,
    reported,
    retryAfterMs: retryAfterOf(head.headers),
    hint: code === 'TOO_MANY_REQUESTS' ? hintFor(code, head) : (hint ?? hintFor(code, head, reported.length > 0)),
  })
}

/**
 * The error that a body tells although its status is 200, as some proxies pass it on; `undefined`: it tells none. A
 * document of its own is no error, whatever it calls its members.
 */
export function errorInBody(
  { status, url }: Head,
  body: Uint8Array,
  { repository, digest }: Pick<AnswerFacts, 'repository' | 'digest'>,
): RegistryError | undefined {
  const text = new TextDecoder().decode(body.subarray(0, 4096))
  if (!/^\s*\{\s*"errors"\s*:/.test(text)) return undefined
  const reported = readErrors(body).entries
  if (reported[0] === undefined) return undefined
  const code = ownWords[reported[0].code.toUpperCase()] ?? 'BAD_RESPONSE'
  return new RegistryError(code, `${url.host} answered ${status}: ${formatReported(reported[0])}`, {
    host: url.host,
    status,
    repository,
    digest,
    reported,
    hint: hintFor(code, { url, status }, true) ?? "ask the registry's operator",
  })
}

/** Some registries refuse with 403 who asks too often, and say so in a header or in words alone. */
function isRateLimit({ status, headers }: Head, said: readonly string[]): boolean {
  if (status !== 403) return false
  return headers.get('retry-after') !== null || said.some((text) => /rate.?limit|too many requests/i.test(text))
}

function codeOf({ status, elsewhere }: Head, subject: Subject, word: string | undefined): RegistryErrorCode {
  // A presigned URL has its own lifetime, and its host is no registry whose words could mean anything.
  if (elsewhere && (status === 403 || status === 410 || status === 400)) return 'REDIRECT_EXPIRED'
  // These two ask for another try, whatever word comes with them.
  if (status < 400 || status >= 500 || status === 408 || status === 425) return 'UNEXPECTED_STATUS'
  if (status === 429) return 'TOO_MANY_REQUESTS'
  const own = word === undefined ? undefined : ownWords[word.toUpperCase()]
  if (own !== undefined) return own
  if (status === 404) return missing[subject]
  return byStatus[status] ?? 'UNEXPECTED_STATUS'
}

/** `error="insufficient_scope"` and the like in a bearer challenge (RFC 6750 3). */
function challengeError({ headers }: Head): { code: string; message: string } | undefined {
  for (const { scheme, parameters } of parseChallenges(headers.get('www-authenticate'))) {
    const error = scheme === 'bearer' ? parameters.get('error') : undefined
    if (error === 'invalid_token') return { code: 'UNAUTHORIZED', message: 'the token was not accepted' }
    if (error === 'insufficient_scope') return { code: 'DENIED', message: 'the token does not allow it' }
  }
  return undefined
}

function hintFor(
  code: RegistryErrorCode,
  { url: { host }, status }: Pick<Head, 'url' | 'status'>,
  explained = false,
): string | undefined {
  switch (code) {
    case 'UNAUTHORIZED':
    case 'DENIED':
      return `the repository may not exist, or it needs a login to ${host}`
    case 'NAME_UNKNOWN':
    case 'NOT_FOUND':
      return 'check the spelling of the repository; a private one needs a login'
    case 'MANIFEST_UNKNOWN':
      return 'check the tag or digest'
    case 'BLOB_UNKNOWN':
      return 'the registry does not have this part of the image; push it again, or pull from another registry'
    case 'TOO_MANY_REQUESTS':
      return 'wait, or log in: registries allow more requests to users who are logged in'
    case 'REDIRECT_EXPIRED':
      return `try again: the download URL at ${host} may have expired; if that does not help, the registry's storage rejects URLs of the registry: ask its operator`
    case 'UNEXPECTED_STATUS':
      if (status === 508) return `${host} is a cache whose upstreams point back to it: tell its operator`
      if (status >= 500) return 'the registry has a problem; try again later'
      if (status < 400) return "it redirects without saying where to; ask the registry's operator"
      return explained || refusing.has(status)
        ? 'the registry does not allow this to anybody; ask its operator'
        : 'check that this is the address of a registry'
    default:
      return undefined
  }
}
