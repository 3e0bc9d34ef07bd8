import { overridden } from '../http/headers.ts'
import type { Trait } from './in-character.ts'

/** Of a field: clients bound those as well. */
const fieldBytes = 4000

/** More header fields than anybody needs. */
export const headers: Trait = (given, { quirks: { headerBytes = 0 } }) => {
  if (headerBytes === 0) return given
  const fields = Array.from({ length: Math.ceil(headerBytes / fieldBytes) }, (_, place) => [
    `x-padding-${place}`,
    'x'.repeat(Math.min(fieldBytes, headerBytes - place * fieldBytes)),
  ])
  return { ...given, headers: { ...given.headers, ...(Object.fromEntries(fields) as Record<string, string>) } }
}

/** A redirect that leads far. What serves there does not look at the parameter. */
export const location: Trait = (given, { quirks: { locationBytes = 0 } }) => {
  const to = given.headers['location']
  if (given.status < 300 || given.status > 399 || typeof to !== 'string' || to.length >= locationBytes) return given
  const start = `${to}${to.includes('?') ? '&' : '?'}padding=`
  return { ...given, headers: { ...given.headers, location: start.padEnd(locationBytes, 'x') } }
}

/** HTTP's other way to say where a body ends; HEAD says nothing then. */
export const chunked: Trait = (given, { quirks: { chunkedBodies } }) =>
  chunkedBodies !== true || given.body.size === 0
    ? given
    : { ...given, headers: overridden(given.headers, { 'content-length': null }) }
