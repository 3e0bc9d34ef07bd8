import { overridden } from '../http/headers.ts'
import { reply as plain } from '../http/message.ts'
import type { Trait } from './in-character.ts'

/** HEAD of a manifest or blob: refused once authentication is done, or with less than GET says. */
export const head: Trait = (given, { request, route: { kind }, quirks: { headStatus, headHeaders = 'all' } }) => {
  if (request.method !== 'HEAD' || (kind !== 'manifest' && kind !== 'blob') || given.status === 401) return given
  if (headStatus !== undefined) return plain(headStatus)
  if (headHeaders === 'all' || given.status !== 200) return given
  const nothing = { 'content-type': null, 'content-length': null, etag: null, 'accept-ranges': null }
  return {
    ...given,
    headers: overridden(given.headers, {
      'docker-content-digest': null,
      ...(headHeaders === 'none' ? nothing : { etag: null }),
    }),
  }
}
