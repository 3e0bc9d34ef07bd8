import { isLadingError, printable } from '@lading/errors'
import type { Limits } from './decode/limits.ts'
import { itemPath, memberPath } from './json/json-path.ts'
import { parseStrictJson } from './json/parse-strict-json.ts'
import { ManifestError } from './manifest-error.ts'
import type { StandardIssue, StandardSchema } from './standard-schema.ts'

/** Bytes in, value out, or an error. `mediaType` is lower case and without parameters. */
export type Decoder<T> = (bytes: Uint8Array, mediaType: string, limits: Limits) => T

/** What `schemas.with` takes: a function over the bytes, or a Standard Schema over their strict JSON value. */
export type DecoderLike<T> = Decoder<T> | StandardSchema<T>

/** One kind of decoder out of two. Whatever the user's code throws arrives as `SCHEMA_REJECTED`, with its cause. */
export function toDecoder<T>(decoder: DecoderLike<T>): Decoder<T> {
  // Some libraries' schemas are functions themselves, so the property decides.
  if (!('~standard' in decoder)) return guarded(decoder)
  const validate = decoder['~standard'].validate
  return (bytes, mediaType, limits) => {
    const value = parseStrictJson(bytes, { maxBytes: limits.maxBytes })
    const result = guarded(() => validate(value))(bytes, mediaType, limits)
    if (result instanceof Promise) {
      result.catch(() => undefined)
      throw new ManifestError(
        'SCHEMA_REJECTED',
        `the schema for "${mediaType}" validates asynchronously, which unmarshal cannot wait for`,
        { hint: 'use a schema without asynchronous checks' },
      )
    }
    if (result.issues !== undefined) throw rejected(mediaType, result.issues)
    return result.value
  }
}

function guarded<T>(decoder: Decoder<T>): Decoder<T> {
  return (bytes, mediaType, limits) => {
    try {
      return decoder(bytes, mediaType, limits)
    } catch (cause) {
      if (isLadingError(cause)) throw cause
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new ManifestError('SCHEMA_REJECTED', `the decoder for "${mediaType}" failed: ${printable(reason, 300)}`, {
        cause,
        hint: 'see the cause; the decoder is not part of this package',
      })
    }
  }
}

function rejected(mediaType: string, issues: readonly StandardIssue[]): ManifestError {
  const first = issues[0]
  const at = pathOf(first)
  const more = issues.length > 1 ? `, and ${issues.length - 1} more` : ''
  return new ManifestError(
    'SCHEMA_REJECTED',
    `the document does not fit the schema for "${mediaType}": ${at}: ${printable(first?.message ?? 'refused', 300)}${more}`,
    {
      at,
      cause: issues,
      hint: 'the issues are in the cause',
    },
  )
}

function pathOf(issue: StandardIssue | undefined): string {
  return (issue?.path ?? []).reduce((path: string, step) => {
    const key = typeof step === 'object' ? step.key : step
    return typeof key === 'number' ? itemPath(path, key) : memberPath(path, String(key))
  }, '$')
}
