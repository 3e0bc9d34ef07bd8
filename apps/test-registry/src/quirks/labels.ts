import { overridden } from '../http/headers.ts'
import { docker, oci } from '../media-types.ts'
import type { Trait } from './in-character.ts'

const families: Readonly<Record<string, string>> = {
  [oci.manifest]: docker.manifest,
  [oci.index]: docker.index,
  [docker.manifest]: oci.manifest,
  [docker.index]: oci.index,
}

export const manifestType: Trait = (given, { request, route: { kind }, quirks: { manifestLabel } }) => {
  const type = given.headers['content-type']
  const labelled = kind === 'manifest' && given.status === 200 && request.method !== 'DELETE'
  if (!labelled || manifestLabel === undefined || typeof type !== 'string') return given
  const other =
    manifestLabel === 'none' ? null : manifestLabel === 'other-family' ? (families[type] ?? type) : manifestLabel
  return { ...given, headers: overridden(given.headers, { 'content-type': other }) }
}

/** The bytes stay: the label is not true. */
export const contentEncoding: Trait = (given, { quirks: { contentEncodingLabel } }) =>
  contentEncodingLabel === undefined || given.body.size === 0
    ? given
    : { ...given, headers: { ...given.headers, 'content-encoding': contentEncodingLabel } }
