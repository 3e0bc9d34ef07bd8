import type { CompressionErrorCode } from '@lading/compression'
import type { DeliveryErrorCode } from '@lading/content'
import type { ContentErrorCode } from '@lading/content-store'
import type { CredentialErrorCode } from '@lading/credentials'
import { isLadingError } from '@lading/errors'
import type { LayerErrorCode } from '@lading/layer-store'
import type { ImageReferenceErrorCode } from '@lading/reference'
import type { ReferenceStoreErrorCode } from '@lading/reference-store'
import { clientErrorKinds, type ClientErrorCode, type ErrorKind } from '@lading/registry-client'
import type { HostsErrorCode } from '@lading/registry-client/hosts'
import type { StoreErrorCode } from '@lading/store'
import type { TransferErrorCode } from '@lading/transfer'
import type { PullErrorCode } from './pull-error.ts'

type KnownCode =
  | ClientErrorCode
  | CompressionErrorCode
  | ContentErrorCode
  | CredentialErrorCode
  | DeliveryErrorCode
  | HostsErrorCode
  | ImageReferenceErrorCode
  | LayerErrorCode
  | PullErrorCode
  | ReferenceStoreErrorCode
  | StoreErrorCode
  | TransferErrorCode

/** Each code that a pull may end with, judged once; the client's own by the client. A code that is missing does not compile. */
const kinds: Readonly<Record<KnownCode, ErrorKind>> = {
  ...clientErrorKinds,

  REFERENCE_EMPTY: 'caller',
  REFERENCE_INVALID: 'caller',
  REFERENCE_UPPERCASE: 'caller',
  REFERENCE_TOO_LONG: 'caller',
  REFERENCE_HEX_NAME: 'caller',
  REFERENCE_NOT_CANONICAL: 'caller',
  REFERENCE_RESERVED: 'caller',
  REFERENCE_CONFLICT: 'caller',
  REFERENCE_HAS_DIGEST: 'caller',
  REFERENCE_AMBIGUOUS: 'caller',
  DOMAIN_INVALID: 'caller',
  TAG_TOO_LONG: 'caller',
  PATTERN_INVALID: 'caller',
  ALL_TAGS_WITH_TAG: 'caller',
  FOREIGN_LAYER_REFUSED: 'caller',
  PULLER_CLOSED: 'caller',
  TRANSFERS_CLOSED: 'caller',
  TRANSFER_CANCELLED: 'caller',
  WATCH_RELEASED: 'caller',
  TRANSFER_OPTION_INVALID: 'caller',
  IMAGE_UNKNOWN: 'caller',
  IMAGE_AMBIGUOUS: 'caller',
  PLATFORM_ABSENT: 'caller',
  CREDENTIAL_HOST_INVALID: 'caller',

  CONTENT_UNKNOWN: 'local',
  CONTENT_DAMAGED: 'local',
  CONTENT_UNREADABLE: 'local',
  RANGE_MISMATCH: 'local',
  INGEST_SUPERSEDED: 'local',
  INGEST_CLOSED: 'local',
  RECEIVER_CLOSED: 'local',
  DELIVERY_ENDED: 'local',
  DELIVERY_BROKEN: 'local',
  NO_SPACE: 'local',
  PERMISSION: 'local',
  TOO_MANY_FILES: 'local',
  EXISTS: 'local',
  NOT_A_DIRECTORY: 'local',
  NOT_A_FILE: 'local',
  LOCK_LOST: 'local',
  LOCK_TIMEOUT: 'local',
  IO_ERROR: 'local',
  OUTPUT_FAILED: 'local',
  REALMS_INVALID: 'local',
  KEY_INVALID: 'caller',
  ROOT_INVALID: 'local',
  FORMAT_OUTDATED: 'local',
  FORMAT_UNSUPPORTED: 'local',
  INDEX_JSON_INVALID: 'local',
  INDEX_JSON_UNSUPPORTED: 'local',
  INDEX_JSON_TOO_LARGE: 'local',
  REFERENCE_DIGEST_MISMATCH: 'local',
  IMAGE_INCOMPLETE: 'local',
  IMAGE_DAMAGED: 'local',
  PUBLICATION_INVALID: 'local',
  STORE_READ_ONLY: 'local',
  STORE_UNSTABLE: 'local',
  LAYER_SOURCE_FAILED: 'local',
  LAYER_WORKER_FAILED: 'local',
  LAYER_PARENT_UNKNOWN: 'local',
  LAYER_STORE_CLOSED: 'local',
  COMPRESSION_ENGINE_MISSING: 'local',
  HOSTS_FILE_INVALID: 'local',
  HOSTS_FILE_UNREADABLE: 'local',
  HOSTS_FILE_TOO_LARGE: 'local',
  CREDENTIALS_INVALID: 'local',
  CREDENTIALS_TOO_LARGE: 'local',
  CREDENTIALS_UNREADABLE: 'local',
  CREDENTIALS_NOT_WRITTEN: 'local',
  CREDENTIALS_LOCKED: 'local',
  HELPER_NAME_INVALID: 'local',
  HELPER_MISSING: 'local',
  HELPER_FAILED: 'local',
  HELPER_TIMEOUT: 'local',
  HELPER_ANSWER_INVALID: 'local',

  CLOUD_REFUSED: 'refused',
  CLOUD_UNREACHABLE: 'unreachable',

  SIZE_UNKNOWN: 'wrong',

  NOT_AN_IMAGE: 'unusable',
  INDEX_TOO_DEEP: 'unusable',
  GRAPH_TOO_LARGE: 'unusable',
  DIFF_ID_MISMATCH: 'unusable',
  SCHEMA1_NAME_MISMATCH: 'unusable',
  SCHEMA1_IN_INDEX: 'unusable',
  LAYER_CORRUPT: 'unusable',
  LAYER_TOO_LARGE: 'unusable',
  LAYER_MAX_DEPTH: 'unusable',
  COMPRESSION_TRUNCATED: 'unusable',
  COMPRESSION_CORRUPT: 'unusable',
  COMPRESSION_CHECKSUM: 'unusable',
  COMPRESSION_TRAILING_DATA: 'unusable',
  COMPRESSION_HEADER_TOO_LONG: 'unusable',
  COMPRESSION_FORMAT_UNSUPPORTED: 'unusable',
  COMPRESSION_DICTIONARY_UNSUPPORTED: 'unusable',
  COMPRESSION_WINDOW_TOO_LARGE: 'unusable',
  COMPRESSION_OUTPUT_LIMIT: 'unusable',
  COMPRESSION_RATIO_LIMIT: 'unusable',
}

/** What an error is. `undefined`: nobody threw it on purpose. */
export function kindOf(error: unknown): ErrorKind | undefined {
  if (!isLadingError(error)) return undefined
  // Some words are both a registry's and a file system's; what is about a path, and no host's answer, is this machine's.
  if (error.facts.path !== undefined && error.facts.host === undefined) return 'local'
  return (kinds as Readonly<Record<string, ErrorKind>>)[error.code]
}
