import { json, type Reply, type ReplyHeaders } from './message.ts'

/** Codes of error bodies. */
export type RegistryErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'MANIFEST_UNVERIFIED'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'TAG_INVALID'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'UNSUPPORTED'
  | 'TOOMANYREQUESTS'
  | 'RANGE_INVALID'
  | 'PAGINATION_NUMBER_INVALID'
  | 'UNKNOWN'
  | 'UNAVAILABLE'

/** The codes of the distribution spec ("Error Codes") and Docker's extras, each with the message and status registries use. */
const registryErrors: Readonly<Record<RegistryErrorCode, readonly [status: number, message: string]>> = {
  BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  BLOB_UPLOAD_INVALID: [400, 'blob upload invalid'],
  BLOB_UPLOAD_UNKNOWN: [404, 'blob upload unknown to registry'],
  DIGEST_INVALID: [400, 'provided digest did not match uploaded content'],
  MANIFEST_BLOB_UNKNOWN: [400, 'manifest references a manifest or blob unknown to registry'],
  MANIFEST_INVALID: [400, 'manifest invalid'],
  MANIFEST_UNKNOWN: [404, 'manifest unknown'],
  MANIFEST_UNVERIFIED: [400, 'manifest failed signature verification'],
  NAME_INVALID: [400, 'invalid repository name'],
  NAME_UNKNOWN: [404, 'repository name not known to registry'],
  SIZE_INVALID: [400, 'provided length did not match content length'],
  TAG_INVALID: [400, 'manifest tag did not match URI'],
  UNAUTHORIZED: [401, 'authentication required'],
  DENIED: [403, 'requested access to the resource is denied'],
  UNSUPPORTED: [405, 'the operation is unsupported'],
  TOOMANYREQUESTS: [429, 'too many requests'],
  RANGE_INVALID: [416, 'range not satisfiable'],
  PAGINATION_NUMBER_INVALID: [400, 'invalid number of results requested'],
  UNKNOWN: [500, 'unknown error'],
  UNAVAILABLE: [503, 'service unavailable'],
}

/** An error body as the distribution spec writes it. `status` and `message` in place of the code's usual ones. */
export function failure(
  code: RegistryErrorCode,
  detail?: unknown,
  options: {
    readonly status?: number | undefined
    readonly headers?: ReplyHeaders | undefined
    readonly message?: string | undefined
  } = {},
): Reply {
  const [status, message] = registryErrors[code]
  return json(
    options.status ?? status,
    { errors: [{ code, message: options.message ?? message, ...(detail === undefined ? {} : { detail }) }] },
    options.headers,
  )
}
