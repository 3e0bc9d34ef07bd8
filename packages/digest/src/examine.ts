import { hexLengths } from './digest.ts'
import type { DigestFormatErrorCode } from './digest-error.ts'

/** What is wrong with a text that should have been a digest. */
export interface Fault {
  readonly code: DigestFormatErrorCode
  readonly message: string
  readonly hint: string
  readonly offset: number
  readonly expected?: number | undefined
  readonly actual?: number | undefined
}

const between = (unit: number, first: string, last: string): boolean =>
  unit >= first.charCodeAt(0) && unit <= last.charCodeAt(0)
const isDigit = (unit: number): boolean => between(unit, '0', '9')
const isLower = (unit: number): boolean => between(unit, 'a', 'z')
const isUpper = (unit: number): boolean => between(unit, 'A', 'Z')
const isHex = (unit: number): boolean => isDigit(unit) || between(unit, 'a', 'f')
const isSeparator = (text: string, at: number): boolean => '+._-'.includes(text.charAt(at))
const isEncoded = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at)
  return isDigit(unit) || isLower(unit) || isUpper(unit) || '=_-'.includes(text.charAt(at))
}

const shape = 'a digest is ALGORITHM:HEX, for example sha256: followed by 64 of 0-9 and a-f'
const malformed = (message: string, offset: number, hint = shape): Fault => ({
  code: 'DIGEST_INVALID_FORMAT',
  message,
  hint,
  offset,
})

/** End of the algorithm (the colon's place), or what is wrong before it. */
function examineAlgorithm(text: string): number | Fault {
  let at = 0
  let pieceStart = 0
  for (; at < text.length && text.charAt(at) !== ':'; at++) {
    const unit = text.charCodeAt(at)
    if (isDigit(unit) || isLower(unit)) continue
    if (!isSeparator(text, at) || at === pieceStart)
      return malformed('its algorithm has a character that does not belong there', at)
    pieceStart = at + 1
  }
  if (at === text.length) return malformed('it has no colon between algorithm and hexadecimal digits', at)
  if (at === pieceStart) return malformed('it has no algorithm before the colon', at)
  return at
}

// Manifests and stores are full of good digests, and a fixed form is the engine's business.
const good = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/

/** Undefined when the text is a digest of an algorithm we compute. */
export function examine(text: string): Fault | undefined {
  return good.test(text) ? undefined : faultOf(text)
}

/** One pass, in the order format, algorithm, length, hexadecimal. */
function faultOf(text: string): Fault {
  const colon = examineAlgorithm(text)
  if (typeof colon !== 'number') return colon
  const algorithm = text.slice(0, colon)
  const start = colon + 1
  if (start === text.length) return malformed('nothing follows the colon', start)
  for (let at = start; at < text.length; at++) {
    if (!isEncoded(text, at)) return malformed('it has a character that no digest has', at)
  }
  const expected = algorithm === 'blake3' ? 64 : hexLengths.get(algorithm)
  if (expected === undefined) {
    return {
      code: 'DIGEST_UNSUPPORTED',
      message: `its algorithm ${algorithm.length > 40 ? '' : `${algorithm} `}is not supported`,
      hint: 'use a sha256, sha384 or sha512 digest',
      offset: 0,
    }
  }
  const actual = text.length - start
  if (actual !== expected) {
    return {
      code: 'DIGEST_INVALID_LENGTH',
      message: `${algorithm} takes ${expected} hexadecimal digits, not ${actual}`,
      hint: 'copy the whole digest, without shortening it',
      offset: start,
      expected,
      actual,
    }
  }
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (isHex(unit)) continue
    return isUpper(unit)
      ? malformed('upper case is not allowed', at, 'write the hexadecimal digits in lower case')
      : malformed('it has a character that is no hexadecimal digit', at)
  }
  // Nothing else is left: what is good in every respect was never examined.
  return {
    code: 'DIGEST_BLAKE3_UNSUPPORTED',
    message: 'blake3 is a registered algorithm that cannot be verified here',
    hint: 'ask for the same content under its sha256 digest',
    offset: 0,
  }
}
