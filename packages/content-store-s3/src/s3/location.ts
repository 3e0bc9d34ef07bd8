import { printable } from '@lading/errors'
import { S3Error } from './s3-error.ts'

/** Where a store is on object storage. */
export interface S3Location {
  readonly bucket: string
  /** Keys begin with it and `/`; empty: with neither. No slash at its ends. */
  readonly prefix: string
  /** URLs of the engine's gateways, of which any will do; none: as the SDK finds it (`AWS_ENDPOINT_URL_S3`, profiles, Amazon). */
  readonly endpoints: readonly string[]
}

/** Whether a text is meant as such a place; `parseS3Location` says whether it is one. */
export const isS3Location = (text: string): boolean => /^s3:/i.test(text)

const form = 's3://BUCKET/PREFIX[?endpoint=URL&endpoint=URL…]'

/**
 * Parses `s3://BUCKET/PREFIX[?endpoint=URL&endpoint=URL…]`. The endpoints may be percent-encoded, and must be where they have a
 * `&`. Bucket names are those of general-purpose buckets of Amazon S3; of a prefix, each part has letters, digits and
 * `!-_.*'()`, the characters that are safe in keys everywhere.
 *
 * @throws S3Error `S3_LOCATION_INVALID`
 */
export function parseS3Location(text: string): S3Location {
  // Before anything of it is shown: a secret may have slashes.
  if (/@|%40/.test(text))
    throw new S3Error('S3_LOCATION_INVALID', 'it must not have a user or a password, so no @', {
      hint: `write ${form}; credentials come from the environment or a profile`,
    })
  if (!text.startsWith('s3://')) throw invalid(text, 'it does not begin with s3://')
  if (text.includes('#')) throw invalid(text, 'it must not have a #')
  const [path = '', ...queries] = text.slice('s3://'.length).split('?')
  if (queries.length > 1) throw invalid(text, 'it has more than one ?')
  const slash = path.indexOf('/')
  const bucket = slash === -1 ? path : path.slice(0, slash)
  const prefix = slash === -1 ? '' : path.slice(slash + 1).replace(/\/$/, '')
  const wrong = bucketProblem(bucket) ?? prefixProblem(prefix)
  if (wrong !== undefined) throw invalid(text, wrong)
  return { bucket, prefix, endpoints: queries[0] === undefined ? [] : endpointsOf(text, queries[0]) }
}

/** The place as text, as `parseS3Location` takes it. */
export function formatS3Location({ bucket, prefix, endpoints }: S3Location): string {
  const query = endpoints.map((endpoint) => `endpoint=${endpoint.replace(/[%&#?]/g, encodeURIComponent)}`).join('&')
  return `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}${query === '' ? '' : `?${query}`}`
}

function bucketProblem(bucket: string): string | undefined {
  if (bucket === '') return 'it names no bucket'
  const named = `'${printable(bucket, 80)}' is not the name of a bucket`
  if (bucket.includes(':')) return `${named}; ?endpoint= says where the object storage is`
  if (/[A-Z]/.test(bucket)) return `${named}: it must not have capital letters`
  if (!/^[a-z0-9.-]*$/.test(bucket)) return `${named}: it may only have letters, digits, . and -`
  if (bucket.length < 3 || bucket.length > 63) return `${named}: it must have 3 to 63 characters`
  if (!/^[a-z0-9].*[a-z0-9]$/.test(bucket) || /\.\.|\.-|-\./.test(bucket))
    return `${named}: a letter or a digit must be at both ends and beside each .`
  if (/^\d+\.\d+\.\d+\.\d+$/.test(bucket)) return `${named}: it is an address`
  return undefined
}

/** A key has 1024 bytes, and ours need a few hundred below the prefix. */
const prefixLimit = 512

function prefixProblem(prefix: string): string | undefined {
  if (prefix === '') return undefined
  if (prefix.length > prefixLimit) return `its prefix is longer than ${prefixLimit} characters`
  for (const part of prefix.split('/')) {
    if (part === '') return 'its prefix has an empty part'
    if (part === '.' || part === '..') return `its prefix has a part '${part}'`
    if (!/^[A-Za-z0-9!_.*'()-]+$/.test(part))
      return `its prefix has '${printable(part, 80)}', but only letters, digits and !-_.*'() are safe in keys`
  }
  return undefined
}

function endpointsOf(text: string, query: string): readonly string[] {
  const endpoints: string[] = []
  for (const each of query.split('&')) {
    const equals = each.indexOf('=')
    const [name, value] = equals === -1 ? [each, ''] : [each.slice(0, equals), each.slice(equals + 1)]
    if (name !== 'endpoint')
      throw invalid(text, name === '' ? 'it has an empty option' : `it has an unknown option '${printable(name, 80)}'`)
    const endpoint = endpointOf(text, value)
    if (endpoints.includes(endpoint)) throw invalid(text, `it names the endpoint ${endpoint} twice`)
    endpoints.push(endpoint)
  }
  return endpoints
}

function endpointOf(text: string, encoded: string): string {
  let value: string
  let url: URL
  try {
    value = decodeURIComponent(encoded)
  } catch {
    throw invalid(text, `'${printable(encoded, 80)}' is not percent-encoded correctly`)
  }
  const named = `its endpoint '${printable(value, 80)}'`
  try {
    url = new URL(value)
  } catch {
    throw invalid(text, value === '' ? 'an endpoint is empty' : `${named} is not a URL`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalid(text, `${named} does not begin with http:// or https://`)
  // `http:host` is one to the URL standard.
  if (!/^https?:\/\/[^/]/i.test(value)) throw invalid(text, `${named} has no host`)
  if (/[?#]/.test(value)) throw invalid(text, `${named} has a query`)
  return url.href.replace(/\/$/, '')
}

const invalid = (text: string, problem: string): S3Error =>
  new S3Error('S3_LOCATION_INVALID', `'${printable(text, 300)}' is not a location on object storage: ${problem}`, {
    hint: `write ${form}`,
  })
