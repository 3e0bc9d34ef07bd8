import { isLadingError } from '@lading/errors'
import { Interruption } from './cli-error.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'

const codes: Readonly<Record<Exclude<keyof typeof exitCodes, 'ok' | 'failure' | 'hangup' | 'interrupted' | 'terminated'>, readonly string[]>> = {
  usage: [
    'USAGE', 'ALL_TAGS_WITH_TAG', 'REFERENCE_EMPTY', 'REFERENCE_INVALID', 'REFERENCE_UPPERCASE', 'REFERENCE_TOO_LONG', 'REFERENCE_HEX_NAME',
    'REFERENCE_RESERVED', 'REFERENCE_AMBIGUOUS', 'REFERENCE_HAS_DIGEST', 'REFERENCE_NOT_CANONICAL', 'DOMAIN_INVALID', 'TAG_INVALID', 'TAG_TOO_LONG', 'NAME_INVALID', 'PATTERN_INVALID',
    'DIGEST_INVALID_FORMAT', 'DIGEST_INVALID_LENGTH', 'DIGEST_UNSUPPORTED', 'DIGEST_BLAKE3_UNSUPPORTED', 'PLATFORM_INVALID', 'TARGET_INVALID', 'OPTION_INVALID', 'TRANSFER_OPTION_INVALID',
  ],
  notFound: ['NOT_FOUND', 'MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'BLOB_UNKNOWN', 'IMAGE_UNKNOWN', 'IMAGE_AMBIGUOUS', 'PLATFORM_UNAVAILABLE', 'PLATFORM_ABSENT'],
  denied: ['UNAUTHORIZED', 'DENIED', 'TOKEN_FAILED'],
  network: [
    'CONNECTION_REFUSED', 'CONNECTION_LOST', 'HOST_UNKNOWN', 'HOST_UNREACHABLE', 'TLS_REFUSED', 'TLS_FAILED', 'TIMEOUT', 'HTTP_MALFORMED',
    'TOO_MANY_REQUESTS', 'UNAVAILABLE', 'UNSUPPORTED', 'UNEXPECTED_STATUS', 'BAD_RESPONSE', 'SHORT_BODY', 'RANGE_INVALID', 'RANGE_MISMATCH', 'CONTENT_CODING', 'CONTENT_TYPE_INVALID',
    'ORIGIN_REFUSED', 'REDIRECT_LOOP', 'REDIRECT_EXPIRED', 'NO_ENDPOINT',
  ],
  verification: [
    'DIGEST_MISMATCH', 'SIZE_MISMATCH', 'DIFF_ID_MISMATCH', 'REFERENCE_DIGEST_MISMATCH', 'LAYER_CORRUPT', 'DIGEST_INVALID', 'JSON_INVALID', 'JSON_DUPLICATE', 'JSON_TOO_DEEP', 'TOO_LARGE', 'INDEX_TOO_DEEP',
    'MANIFEST_INVALID', 'MANIFEST_AMBIGUOUS', 'MANIFEST_MEDIA_TYPE', 'CONFIG_INVALID', 'CONFIG_NO_ROOTFS', 'SCHEMA_REJECTED', 'LAYER_MAX_DEPTH',
    'COMPRESSION_TRUNCATED', 'COMPRESSION_CORRUPT', 'COMPRESSION_CHECKSUM', 'COMPRESSION_TRAILING_DATA', 'COMPRESSION_HEADER_TOO_LONG', 'COMPRESSION_FORMAT_UNSUPPORTED',
    'COMPRESSION_DICTIONARY_UNSUPPORTED', 'COMPRESSION_WINDOW_TOO_LARGE', 'COMPRESSION_OUTPUT_LIMIT', 'COMPRESSION_RATIO_LIMIT',
  ],
  storage: [
    'NO_SPACE', 'PERMISSION', 'TOO_MANY_FILES', 'EXISTS', 'NOT_A_DIRECTORY', 'NOT_A_FILE', 'IO_ERROR', 'ROOT_INVALID', 'FORMAT_UNSUPPORTED', 'STORE_READ_ONLY', 'STORE_UNSTABLE',
    'CONTENT_DAMAGED', 'CONTENT_UNKNOWN', 'IMAGE_DAMAGED', 'IMAGE_INCOMPLETE', 'INDEX_JSON_INVALID', 'INDEX_JSON_UNSUPPORTED', 'INDEX_JSON_TOO_LARGE',
  ],
}

const byCode: ReadonlyMap<string, ExitCode> = new Map(
  Object.entries(codes).flatMap(([name, list]) => list.map((code): [string, ExitCode] => [code, exitCodes[name as keyof typeof codes]])),
)

/** Codes that a file system and a registry both use: an error about a path is the store's. */
const aboutPaths: ReadonlySet<string> = new Set(['NOT_FOUND', 'TOO_LARGE', 'RANGE_MISMATCH'])

/** What the process exits with for this error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interruption) return error.exitCode
  if (!isLadingError(error)) return exitCodes.failure
  const { path, host } = error.facts
  if (aboutPaths.has(error.code) && path !== undefined && host === undefined) return exitCodes.storage
  return byCode.get(error.code) ?? exitCodes.failure
}
