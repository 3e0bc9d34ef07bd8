import { isLadingError, type LadingError } from '@lading/errors'
import type { ErrorKind } from '@lading/registry-client'
import type { Place } from '../request/choose-upstream.ts'
import { ServeError, type ServeErrorCode } from '../serve-error.ts'
import { isMissing, isRefusal, kindOf } from './judge-failure.ts'

type Wanted = 'manifest' | 'blob' | 'tags' | 'referrers'

const unknownCodes: Readonly<Record<Wanted, ServeErrorCode>> = {
  manifest: 'MANIFEST_UNKNOWN',
  blob: 'BLOB_UNKNOWN',
  tags: 'NAME_UNKNOWN',
  referrers: 'NAME_UNKNOWN',
}

const sayings: Readonly<Record<Wanted, string>> = {
  manifest: 'manifest',
  blob: 'blob',
  tags: 'list of tags',
  referrers: 'list of referrers',
}

/** That something is not there. `why`: beside that the upstream says so. */
export const notThere = (wanted: Wanted, { upstream, repository }: Place, why?: string): ServeError =>
  new ServeError(
    unknownCodes[wanted],
    `${upstream.host}/${repository} has no such ${sayings[wanted]}${why === undefined ? '' : `: ${why}`}`,
    { status: 404 },
  )

/** What a client is told of a failure: the table of statuses. What is not ours to tell stays in `cause`. */
export function errorAnswer(error: unknown, wanted: Wanted, place: Place): ServeError {
  if (error instanceof ServeError) return error
  const { host } = place.upstream
  const where = `${host}/${place.repository}`
  if (!isLadingError(error))
    return new ServeError('UNKNOWN', 'this server failed; its log has the details', { status: 500, cause: error })
  const say = (status: number, code: ServeErrorCode, message: string, hint?: string): ServeError =>
    new ServeError(code, message, { status, hint, cause: error, headers: retryAfter(error, status) })
  if (isRefusal(error) && error.code !== 'TOO_MANY_REQUESTS')
    return say(
      403,
      'DENIED',
      place.upstream.withCredentials
        ? `${host} does not let this server read ${place.repository}, or it does not exist`
        : `${host} does not allow anonymous access to ${place.repository}, or it does not exist; this server uses no credentials`,
      'your login is not passed on: the operator of this server can give it credentials',
    )
  if (error.code === 'TOO_MANY_REQUESTS') return say(429, 'TOOMANYREQUESTS', `${host} received too many requests`)
  if (isMissing(error)) return say(404, unknownCodes[wanted], `${where} has no such ${sayings[wanted]}`)
  // Not 502, which is worth another attempt.
  if (error.facts.status === 508)
    return say(
      508,
      'UNAVAILABLE',
      `${where} cannot be read: its server asks this one for it`,
      'an upstream of this server, or a mirror of one, points back to it',
    )
  if (error.code === 'TIMEOUT') return say(504, 'UNAVAILABLE', `${host} did not answer in time`)
  const kind = kindOf(error)
  const answer = kind === undefined ? undefined : byKind[kind]
  return answer === undefined
    ? ours(error)
    : say(answer.status, answer.code ?? unknownCodes[wanted], answer.tell(where, error.code))
}

interface KindAnswer {
  readonly status: number
  /** Absent: as if it were not there. */
  readonly code?: ServeErrorCode
  readonly tell: (where: string, code: string) => string
}

const unreachable: KindAnswer = {
  status: 502,
  code: 'UNAVAILABLE',
  tell: (where, code) => `${where} cannot be reached (${code})`,
}
const busy: KindAnswer = {
  status: 503,
  code: 'UNAVAILABLE',
  tell: (where, code) => `${where} is not available now (${code})`,
}
const useless: KindAnswer = {
  status: 502,
  code: 'UNAVAILABLE',
  tell: (where, code) => `${where} sent invalid content (${code})`,
}

/** `undefined`: this server's own fault. */
const byKind: Readonly<Record<ErrorKind, KindAnswer | undefined>> = {
  caller: undefined,
  local: undefined,
  unreachable,
  'no-registry': unreachable,
  busy,
  exhausted: busy,
  interrupted: busy,
  unusable: { status: 404, tell: (where) => `${where} has it in a format that this server does not serve` },
  unclear: useless,
  misplaced: useless,
  refused: useless,
  absent: useless,
  wrong: useless,
}

const later: ReadonlySet<string> = new Set(['NO_SPACE', 'TOO_MANY_FILES', 'DOWNLOAD_STOPPED', 'CLIENT_CLOSED'])

/** Paths and the like of this machine are for its log. */
function ours(error: LadingError): ServeError {
  return later.has(error.code)
    ? new ServeError('UNAVAILABLE', `this server cannot store it now (${error.code})`, { status: 503, cause: error })
    : new ServeError('UNKNOWN', `this server failed (${error.code}); its log has the details`, {
        status: 500,
        cause: error,
      })
}

function retryAfter(error: LadingError, status: number): Readonly<Record<string, string>> {
  const { retryAfterMs } = error as { readonly retryAfterMs?: unknown }
  if (status !== 429 && status !== 503) return {}
  const seconds = typeof retryAfterMs === 'number' ? Math.ceil(retryAfterMs / 1000) : status === 429 ? 60 : undefined
  return seconds === undefined ? {} : { 'retry-after': String(Math.max(1, seconds)) }
}
