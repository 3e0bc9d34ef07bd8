import type { S3ErrorCode } from '@lading/content-store-s3'
import type { CredentialErrorCode } from '@lading/credentials'
import type { DigestErrorCode } from '@lading/digest'
import type { CopyErrorCode, LoadErrorCode, PullErrorCode } from '@lading/distribution'
import type { ImageErrorCode } from '@lading/image'
import type { ManifestErrorCode } from '@lading/manifest'
import type { ImageReferenceErrorCode } from '@lading/reference'
import type { RegistryErrorCode, TransportErrorCode } from '@lading/registry-client'
import type { HostsErrorCode } from '@lading/registry-client/hosts'
import type { FrontErrorCode } from '@lading/serve/front'
import type { StoreErrorCode } from '@lading/store'
import type { TransferErrorCode } from '@lading/transfer'
import type { CliErrorCode } from './cli-error.ts'

/** A row of the table of exit codes. */
export type ErrorClass = 'failure' | 'usage' | 'notFound' | 'denied' | 'network' | 'verification' | 'storage'

type Known =
  | CliErrorCode
  | CredentialErrorCode
  | CopyErrorCode
  | LoadErrorCode
  | PullErrorCode
  | StoreErrorCode
  | FrontErrorCode
  | RegistryErrorCode
  | TransportErrorCode
  | HostsErrorCode
  | TransferErrorCode
  | ManifestErrorCode
  | ImageReferenceErrorCode
  | DigestErrorCode
  | ImageErrorCode
  | S3ErrorCode

/** Every code of the packages we use: a new one does not compile before somebody has thought about it. */
const known: Readonly<Record<Known, ErrorClass>> = {
  USAGE: 'usage',
  CREDENTIAL_HOST_INVALID: 'usage',
  ALL_TAGS_WITH_TAG: 'usage',
  REFERENCE_RESERVED: 'usage',
  REFERENCE_HAS_DIGEST: 'usage',
  REFERENCE_EMPTY: 'usage',
  REFERENCE_INVALID: 'usage',
  REFERENCE_UPPERCASE: 'usage',
  REFERENCE_TOO_LONG: 'usage',
  REFERENCE_HEX_NAME: 'usage',
  REFERENCE_NOT_CANONICAL: 'usage',
  DOMAIN_INVALID: 'usage',
  TAG_INVALID: 'usage',
  TAG_TOO_LONG: 'usage',
  NAME_INVALID: 'usage',
  NAME_AMBIGUOUS: 'usage',
  PATTERN_INVALID: 'usage',
  PLATFORM_INVALID: 'usage',
  TARGET_INVALID: 'usage',
  OPTION_INVALID: 'usage',
  DIGESTS_WOULD_CHANGE: 'usage',
  FORMAT_UNSUITABLE: 'usage',
  TRANSFER_OPTION_INVALID: 'usage',
  DIGEST_INVALID_FORMAT: 'usage',
  DIGEST_INVALID_LENGTH: 'usage',
  DIGEST_UNSUPPORTED: 'usage',
  // Configuration is the user's to correct, like an option.
  HOSTS_FILE_INVALID: 'usage',
  HOSTS_FILE_UNREADABLE: 'usage',
  HOSTS_FILE_TOO_LARGE: 'usage',
  CREDENTIALS_INVALID: 'usage',
  CREDENTIALS_TOO_LARGE: 'usage',
  CREDENTIALS_UNREADABLE: 'usage',
  HELPER_NAME_INVALID: 'usage',
  REALMS_INVALID: 'usage',
  DIGEST_BLAKE3_UNSUPPORTED: 'usage',
  HTPASSWD_INVALID: 'usage',
  HTPASSWD_UNREADABLE: 'usage',
  CERTIFICATE_INVALID: 'usage',
  CERTIFICATE_UNREADABLE: 'usage',
  ADDRESS_INVALID: 'usage',
  S3_LOCATION_INVALID: 'usage',

  IMAGE_UNKNOWN: 'notFound',
  IMAGE_AMBIGUOUS: 'notFound',
  INDEX_INCOMPLETE: 'notFound',
  PLATFORM_ABSENT: 'notFound',
  PLATFORM_UNAVAILABLE: 'notFound',
  NOT_FOUND: 'notFound',
  MANIFEST_UNKNOWN: 'notFound',
  NAME_UNKNOWN: 'notFound',
  BLOB_UNKNOWN: 'notFound',
  NOT_PINNED: 'notFound',
  FILE_NOT_FOUND: 'notFound',

  UNAUTHORIZED: 'denied',
  DENIED: 'denied',
  TOKEN_FAILED: 'denied',
  CLOUD_REFUSED: 'denied',
  HOST_BLOCKED: 'denied',

  CONNECTION_REFUSED: 'network',
  CONNECTION_LOST: 'network',
  MACHINE_LIMIT: 'network',
  HOST_UNKNOWN: 'network',
  TLS_REFUSED: 'network',
  TLS_FAILED: 'network',
  PROXY_FAILED: 'network',
  REDIRECT_HIDDEN: 'network',
  PROXY_UNAUTHORIZED: 'denied',
  TIMEOUT: 'network',
  TOO_MANY_REQUESTS: 'network',
  UNAVAILABLE: 'network',
  UNSUPPORTED: 'network',
  UNEXPECTED_STATUS: 'network',
  BAD_RESPONSE: 'network',
  SHORT_BODY: 'network',
  RANGE_INVALID: 'network',
  UPLOAD_UNKNOWN: 'network',
  UPLOAD_INVALID: 'network',
  SIZE_INVALID: 'network',
  UPLOAD_FAILED: 'network',
  REFERRERS_INVALID: 'network',
  REFERRERS_CONFLICT: 'network',
  LIST_CHANGED: 'network',
  CONTENT_CODING: 'network',
  CONTENT_TYPE_INVALID: 'network',
  ORIGIN_REFUSED: 'network',
  REDIRECT_LOOP: 'network',
  REDIRECT_EXPIRED: 'network',
  NO_ENDPOINT: 'network',
  MIRROR_SKIPPED: 'network',
  CLOUD_UNREACHABLE: 'network',
  SIZE_UNKNOWN: 'network',

  DIGEST_MISMATCH: 'verification',
  SIZE_MISMATCH: 'verification',
  DIFF_ID_MISMATCH: 'verification',
  DIGEST_INVALID: 'verification',
  JSON_INVALID: 'verification',
  JSON_DUPLICATE: 'verification',
  JSON_TOO_DEEP: 'verification',
  TOO_LARGE: 'verification',
  INDEX_TOO_DEEP: 'verification',
  MANIFEST_INVALID: 'verification',
  MANIFEST_AMBIGUOUS: 'verification',
  MANIFEST_MEDIA_TYPE: 'verification',
  SCHEMA1_ENVELOPE_INVALID: 'verification',
  SCHEMA1_SIGNATURE_INVALID: 'verification',
  SCHEMA1_HISTORY_INVALID: 'verification',
  SCHEMA1_NAME_MISMATCH: 'verification',
  CONFIG_INVALID: 'verification',
  IMAGE_INVALID: 'verification',
  LAYER_INVALID: 'verification',
  LAYER_NAME_INVALID: 'verification',
  LAYER_UNREADABLE: 'verification',
  CONFIG_NO_ROOTFS: 'verification',
  SCHEMA_REJECTED: 'verification',

  IMAGE_INCOMPLETE: 'storage',
  IMAGE_DAMAGED: 'storage',
  STORE_READ_ONLY: 'storage',
  STORE_UNSTABLE: 'storage',
  // Of the engine that keeps the store, and no registry's doing.
  S3_BUSY: 'storage',
  S3_UNAVAILABLE: 'storage',
  S3_UNREACHABLE: 'storage',
  S3_TIMEOUT: 'storage',
  S3_CLOCK_SKEW: 'storage',
  S3_CREDENTIALS_MISSING: 'storage',
  S3_CREDENTIALS_EXPIRED: 'storage',
  S3_CREDENTIALS_REFUSED: 'storage',
  S3_DENIED: 'storage',
  S3_BUCKET_UNKNOWN: 'storage',
  S3_UNSUITABLE: 'storage',
  S3_FAILED: 'storage',

  // What is there is sound, and not what this program deals with.
  NOT_AN_IMAGE: 'failure',
  LAYER_UNSUPPORTED: 'failure',
  FILE_OF_ANOTHER_KIND: 'failure',
  FILE_TOO_LARGE: 'failure',
  TOO_MANY_LINKS: 'failure',
  CREDENTIALS_NOT_WRITTEN: 'failure',
  CREDENTIALS_LOCKED: 'failure',
  HELPER_MISSING: 'failure',
  HELPER_FAILED: 'failure',
  HELPER_TIMEOUT: 'failure',
  HELPER_ANSWER_INVALID: 'failure',
  S3_SDK_MISSING: 'failure',
  MANIFEST_UNSUPPORTED: 'failure',
  MANIFEST_SCHEMA1: 'failure',
  SCHEMA1_IN_INDEX: 'failure',
  SCHEMA1_NOT_COPIED: 'failure',
  TARGET_UNSTABLE: 'failure',
  REFERRERS_TOO_MANY: 'failure',
  FOREIGN_LAYER_REFUSED: 'failure',
  REFERENCE_CONFLICT: 'failure',
  PUBLICATION_INVALID: 'failure',
  PULLER_CLOSED: 'failure',
  CLIENT_CLOSED: 'failure',
  CONFIG_NOT_JSON: 'failure',
  // Of this machine, and no registry's doing.
  ADDRESS_IN_USE: 'failure',
  LISTEN_FAILED: 'failure',
  TRANSFERS_CLOSED: 'failure',
  TRANSFER_CANCELLED: 'failure',
  WATCH_RELEASED: 'failure',
  // A file that the user named, or standard output: no part of the store.
  OUTPUT_FAILED: 'failure',
}

/** Codes of the floors below those, which come up unchanged. */
const below: Readonly<Record<string, ErrorClass>> = {
  DELIVERY_BROKEN: 'failure',
  ARCHIVE_UNKNOWN: 'failure',
  ARCHIVE_UNSUPPORTED: 'failure',
  ARCHIVE_SPOOL_NEEDED: 'failure',
  ARCHIVE_UNREADABLE: 'storage',
  LAYOUT_BUSY: 'storage',
  ARCHIVE_INVALID: 'verification',
  ARCHIVE_INCOMPLETE: 'verification',
  ARCHIVE_AMBIGUOUS: 'verification',
  ARCHIVE_TOO_LARGE: 'verification',
  REFERENCE_AMBIGUOUS: 'usage',
  RANGE_MISMATCH: 'network',
  REFERENCE_DIGEST_MISMATCH: 'verification',
  LAYER_CORRUPT: 'verification',
  LAYER_TOO_LARGE: 'verification',
  LAYER_MAX_DEPTH: 'verification',
  CONTENT_UNKNOWN: 'storage',
  CONTENT_DAMAGED: 'storage',
  CONTENT_UNREADABLE: 'storage',
  LAYER_SOURCE_FAILED: 'storage',
  NO_SPACE: 'storage',
  PERMISSION: 'storage',
  TOO_MANY_FILES: 'storage',
  EXISTS: 'storage',
  NOT_A_DIRECTORY: 'storage',
  NOT_A_FILE: 'storage',
  LOCK_LOST: 'storage',
  LOCK_TIMEOUT: 'storage',
  STORE_BUSY: 'storage',
  STORE_SILENT: 'storage',
  IO_ERROR: 'storage',
  ROOT_INVALID: 'storage',
  FORMAT_OUTDATED: 'storage',
  FORMAT_UNSUPPORTED: 'storage',
  INDEX_JSON_INVALID: 'storage',
  INDEX_JSON_UNSUPPORTED: 'storage',
  INDEX_JSON_TOO_LARGE: 'storage',
  UNPACK_ENTRY_INVALID: 'verification',
  UNPACK_LINK_INVALID: 'verification',
  UNPACK_OWNER_INVALID: 'verification',
  UNPACK_LIMIT: 'verification',
  UNPACK_LAYER_MISMATCH: 'verification',
  LAYER_NAME_INVALID: 'verification',
  LAYER_UNREADABLE: 'verification',
  UNPACK_IMAGE_INCOMPLETE: 'storage',
  UNPACK_NO_SPACE: 'storage',
  UNPACK_FAILED: 'storage',
  UNPACK_INTERFERED: 'storage',
  UNPACK_DIRECTORY_IN_USE: 'failure',
  UNPACK_NOT_OURS: 'failure',
  UNPACK_PRIVILEGE: 'failure',
  UNPACK_UNSUPPORTED: 'failure',
}

/** Where an error belongs by its code alone. */
export function classOf(code: string): ErrorClass {
  if (code.startsWith('COMPRESSION_') || code.startsWith('TAR_')) return 'verification'
  // `Object.hasOwn`: a code is text, and `constructor` is no code.
  if (Object.hasOwn(known, code)) return known[code as Known]
  return Object.hasOwn(below, code) ? (below[code] ?? 'failure') : 'failure'
}
