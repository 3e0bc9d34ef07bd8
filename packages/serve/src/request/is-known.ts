import type { Digest } from '@lading/digest'
import { onlyLine, type RequestHeaders } from './request-head.ts'

/** Content is its digest. */
export const etagOf = (digest: Digest): string => `"${digest}"`

/** Whether `If-None-Match` (RFC 9110 13.1.2) names it: the client has it. */
export function isKnown(headers: RequestHeaders, digest: Digest): boolean {
  const field = (headers.get('if-none-match') ?? []).join(',')
  if (field.trim() === '*') return true
  return [...field.matchAll(/"([^"]*)"/g)].some(([, tag]) => tag === digest)
}

/** Whether a range may be given of it: `If-Range` (RFC 9110 13.1.5) is absent, or names it strongly. */
export function rangeHolds(headers: RequestHeaders, digest: Digest): boolean {
  return !headers.has('if-range') || onlyLine(headers, 'if-range') === etagOf(digest)
}
