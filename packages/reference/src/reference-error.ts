import type { DigestFormatErrorCode } from '@lading/digest'
import { LadingError, printable, redact, nameErrors, type ErrorOptions } from '@lading/errors'

export type ImageReferenceErrorCode =
  | 'REFERENCE_EMPTY'
  | 'REFERENCE_INVALID'
  | 'REFERENCE_UPPERCASE'
  | 'REFERENCE_TOO_LONG'
  | 'REFERENCE_HEX_NAME'
  | 'REFERENCE_NOT_CANONICAL'
  | 'DOMAIN_INVALID'
  | 'TAG_INVALID'
  | 'TAG_TOO_LONG'
  | 'PATTERN_INVALID'
  | DigestFormatErrorCode

/**
 * A text that is no reference, tag or pattern. `facts.reference` is the text, `facts.offset` the place of the first unit that
 * cannot stand, in UTF-16 units. (Not `ReferenceError`: JavaScript has one.)
 */
export class ImageReferenceError extends LadingError<ImageReferenceErrorCode> {}

nameErrors(ImageReferenceError, 'ImageReferenceError')

/** Outside text as it may be shown: no controls, no secrets, not long. */
export const shown = (text: string): string => printable(redact(text.slice(0, 1024)), 300)

/** Throws, and says of which text and where. */
export function refuse(
  text: string,
  code: ImageReferenceErrorCode,
  offset: number,
  message: string,
  options: ErrorOptions = {},
): never {
  const reference = shown(text)
  const where = offset === 0 ? '' : ` (at offset ${offset})`
  throw new ImageReferenceError(code, `invalid reference "${reference}": ${message}${where}`, {
    reference,
    offset,
    ...options,
  })
}
