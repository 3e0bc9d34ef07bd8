import { ManifestError } from '../manifest-error.ts'
import { decodeUtf8 } from './decode-utf8.ts'
import type { JsonValue } from './json-value.ts'
import { scanJson } from './scan-json.ts'

export interface StrictJsonOptions {
  /** The most bytes to read. Default 4 MiB. */
  readonly maxBytes?: number | undefined
  /** The most containers inside each other. Default 64. */
  readonly maxDepth?: number | undefined
}

const defaultMaxBytes = 4 * 1024 * 1024
export const defaultMaxDepth = 64

/**
 * JSON as everybody must read it the same way (RFC 8259, with I-JSON's limits of RFC 7493): strict UTF-8 without a
 * BOM, no member twice, no lone surrogates, nothing after the value. What it accepts it gives as `JSON.parse` would,
 * except that objects have no prototype. Numbers are doubles; `1e400` is `Infinity`.
 *
 * @throws ManifestError `JSON_INVALID`, `JSON_DUPLICATE`, `JSON_TOO_DEEP` (with `at` and `facts.offset` in bytes), `TOO_LARGE`
 */
export function parseStrictJson(bytes: Uint8Array, options: StrictJsonOptions = {}): JsonValue {
  return scanJson(readText(bytes, options), {
    maxDepth: options.maxDepth ?? defaultMaxDepth,
    number: Number,
  }) as JsonValue
}

/** The text of a document, if it is not too long. */
export function readText(bytes: Uint8Array, { maxBytes = defaultMaxBytes }: StrictJsonOptions): string {
  if (bytes.length > maxBytes) {
    throw new ManifestError('TOO_LARGE', `the document has ${bytes.length} bytes; at most ${maxBytes} are read`, {
      expected: maxBytes,
      actual: bytes.length,
      hint: 'raise maxBytes if you trust the source',
    })
  }
  return decodeUtf8(bytes)
}
