import { lowerCase } from '../http/headers.ts'
import { json, reply, type Reply, type ReplyHeaders } from '../http/message.ts'
import { failure, type RegistryErrorCode } from '../http/registry-errors.ts'
import type { RouteKind } from '../route.ts'
import { textContent } from '../state/content.ts'
import type { EffectContext } from './effect.ts'
import type { StatusAction } from './fault-action.ts'
import { retryTime } from './retry-time.ts'

/** An answer as a fault asks for it; a bare 4xx or 5xx gets the body that registries send with it. */
export function statusReply(
  { status, body, headers = {}, retryAfter, dateSkewSeconds }: StatusAction,
  { route: { kind }, now }: EffectContext,
): Reply {
  const date = now() + (dateSkewSeconds ?? 0) * 1000
  const all: ReplyHeaders = {
    ...(dateSkewSeconds === undefined ? {} : { date: new Date(date).toUTCString() }),
    ...lowerCase(headers),
    ...(retryAfter === undefined
      ? {}
      : { 'retry-after': typeof retryAfter === 'object' ? retryTime(retryAfter, date) : String(retryAfter) }),
  }
  if (typeof body === 'string')
    return reply(status, { 'content-type': 'text/plain; charset=utf-8', ...all }, textContent(body))
  if (body !== undefined) return json(status, body, all)
  return status < 400 ? reply(status, all) : failure(usualCode(status, kind), undefined, { status, headers: all })
}

const byStatus: Readonly<Record<number, RegistryErrorCode>> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  416: 'RANGE_INVALID',
  429: 'TOOMANYREQUESTS',
  503: 'UNAVAILABLE',
}

const unknown: Readonly<Partial<Record<RouteKind, RegistryErrorCode>>> = {
  blob: 'BLOB_UNKNOWN',
  manifest: 'MANIFEST_UNKNOWN',
  upload: 'BLOB_UPLOAD_UNKNOWN',
  tags: 'NAME_UNKNOWN',
}

const invalid: Readonly<Partial<Record<RouteKind, RegistryErrorCode>>> = {
  blob: 'DIGEST_INVALID',
  manifest: 'MANIFEST_INVALID',
  upload: 'BLOB_UPLOAD_INVALID',
  tags: 'PAGINATION_NUMBER_INVALID',
}

function usualCode(status: number, kind: RouteKind): RegistryErrorCode {
  const own = status === 404 ? unknown[kind] : status === 400 ? invalid[kind] : byStatus[status]
  return own ?? (status < 500 ? 'UNSUPPORTED' : 'UNKNOWN')
}
