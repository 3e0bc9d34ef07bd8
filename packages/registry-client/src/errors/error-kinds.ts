import type { DigestErrorCode } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { ManifestErrorCode } from '@lading/manifest'
import type { RegistryErrorCode } from './registry-error.ts'
import type { TransportErrorCode } from './transport-error.ts'

/** What an error is: whose fault, and what it says of who was asked. */
export type ErrorKind =
  /** Whoever called: another argument or option is needed, or what was called is closed. */
  | 'caller'
  /** This machine: its disk, its memory, its configuration. */
  | 'local'
  /** This machine has none left of what comes back by itself: sockets, ports, memory of the system. */
  | 'exhausted'
  /** Nobody answered, or the connection ended before the answer did. */
  | 'unreachable'
  /** Somebody answered, and not as a registry does; or no TLS came about. */
  | 'no-registry'
  /** Only a status is known: what it means is the status' to say. */
  | 'unclear'
  /** Later it may be given. */
  | 'busy'
  /** What was under way broke off, or the address at which it went on was no longer good. */
  | 'interrupted'
  /** Another piece of the content than was asked for. */
  | 'misplaced'
  /** On purpose, or because a rule of ours forbids it. */
  | 'refused'
  /** It is not there. */
  | 'absent'
  /** What was given is not what was asked for, or not what it must be; somebody else may have the right bytes. */
  | 'wrong'
  /** Right to the last byte, and of no use here. */
  | 'unusable'

export type ClientErrorCode =
  | RegistryErrorCode
  | TransportErrorCode
  | ManifestErrorCode
  | DigestErrorCode
  | 'SINK_FAILED'
  | 'SOURCE_FAILED'

/** Each code that an operation of the client may end with, judged once. A code that is missing does not compile. */
export const clientErrorKinds: Readonly<Record<ClientErrorCode, ErrorKind>> = {
  TARGET_INVALID: 'caller',
  OPTION_INVALID: 'caller',
  CLIENT_CLOSED: 'caller',
  DIGEST_INVALID_FORMAT: 'caller',
  DIGEST_INVALID_LENGTH: 'caller',
  DIGEST_UNSUPPORTED: 'caller',
  DIGEST_BLAKE3_UNSUPPORTED: 'caller',
  PLATFORM_INVALID: 'caller',

  SINK_FAILED: 'local',
  SOURCE_FAILED: 'local',
  HOST_BLOCKED: 'local',
  NO_ENDPOINT: 'local',

  MACHINE_LIMIT: 'exhausted',

  CONNECTION_REFUSED: 'unreachable',
  CONNECTION_LOST: 'unreachable',
  HOST_UNKNOWN: 'unreachable',
  TIMEOUT: 'unreachable',

  TLS_REFUSED: 'no-registry',
  TLS_FAILED: 'no-registry',
  PROXY_FAILED: 'no-registry',
  REDIRECT_HIDDEN: 'no-registry',
  BAD_RESPONSE: 'no-registry',
  UNEXPECTED_STATUS: 'unclear',

  TOO_MANY_REQUESTS: 'busy',
  UNAVAILABLE: 'busy',
  LIST_CHANGED: 'busy',
  SHORT_BODY: 'interrupted',
  REDIRECT_EXPIRED: 'interrupted',
  UPLOAD_UNKNOWN: 'interrupted',
  UPLOAD_INVALID: 'interrupted',
  UPLOAD_FAILED: 'interrupted',
  RANGE_INVALID: 'misplaced',

  UNAUTHORIZED: 'refused',
  DENIED: 'refused',
  TOKEN_FAILED: 'refused',
  PROXY_UNAUTHORIZED: 'refused',
  UNSUPPORTED: 'refused',
  ORIGIN_REFUSED: 'refused',
  REDIRECT_LOOP: 'refused',
  MIRROR_SKIPPED: 'refused',
  NAME_INVALID: 'refused',
  TAG_INVALID: 'refused',
  DIGEST_INVALID: 'refused',
  SIZE_INVALID: 'refused',
  REFERRERS_CONFLICT: 'refused',

  MANIFEST_UNKNOWN: 'absent',
  NAME_UNKNOWN: 'absent',
  BLOB_UNKNOWN: 'absent',
  NOT_FOUND: 'absent',

  DIGEST_MISMATCH: 'wrong',
  SIZE_MISMATCH: 'wrong',
  TOO_LARGE: 'wrong',
  CONTENT_CODING: 'wrong',
  CONTENT_TYPE_INVALID: 'wrong',
  REFERRERS_INVALID: 'wrong',
  JSON_INVALID: 'wrong',
  JSON_DUPLICATE: 'wrong',
  JSON_TOO_DEEP: 'wrong',
  MANIFEST_INVALID: 'wrong',

  MANIFEST_AMBIGUOUS: 'unusable',
  MANIFEST_MEDIA_TYPE: 'unusable',
  MANIFEST_UNSUPPORTED: 'unusable',
  MANIFEST_SCHEMA1: 'unusable',
  SCHEMA1_ENVELOPE_INVALID: 'unusable',
  SCHEMA1_SIGNATURE_INVALID: 'unusable',
  SCHEMA1_HISTORY_INVALID: 'unusable',
  CONFIG_INVALID: 'unusable',
  CONFIG_NO_ROOTFS: 'unusable',
  SCHEMA_REJECTED: 'unusable',
  PLATFORM_UNAVAILABLE: 'unusable',
  FORMAT_UNSUITABLE: 'unusable',
}

/** What an error of the client's operations is; `undefined` for what none of our packages below threw. */
export const clientErrorKind = (error: unknown): ErrorKind | undefined =>
  isLadingError(error) ? (clientErrorKinds as Readonly<Record<string, ErrorKind>>)[error.code] : undefined
