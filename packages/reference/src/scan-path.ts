import { at, colon, dash, dot, isLowerAlphanumeric, isUpper, slash, underscore } from './characters.ts'
import { type Cursor, end, peek, skip } from './cursor.ts'
import { hintFor, offence } from './offence.ts'
import { refuse } from './reference-error.ts'

/** Characters in a path at most; the domain, the tag and the digest are not counted. */
export const maxPathLength = 255

const example =
  'a repository is lower-case letters and digits, with single . or _, double __ or dashes between them, and slashes between its parts'

function refusePath(cursor: Cursor, message: string): never {
  const { text, at: offset } = cursor
  if (isUpper(text.charCodeAt(offset))) {
    refuse(text, 'REFERENCE_UPPERCASE', offset, `the repository ${offence(text, offset)}, and must be lower case`, {
      hint: hintFor(text, offset, example),
    })
  }
  refuse(text, 'REFERENCE_INVALID', offset, message, { hint: hintFor(text, offset, example) })
}

/** Over one separator if there is one: `.`, `_`, `__`, or any number of dashes. */
function skipSeparator(cursor: Cursor): boolean {
  const unit = peek(cursor)
  if (unit === dash) {
    skip(cursor, (next) => next === dash)
    return true
  }
  if (unit !== dot && unit !== underscore) return false
  cursor.at++
  if (unit === underscore && peek(cursor) === underscore) cursor.at++
  return true
}

function scanComponent(cursor: Cursor): void {
  do {
    if (skip(cursor, isLowerAlphanumeric) === 0) {
      refusePath(cursor, `the repository ${offence(cursor.text, cursor.at)} where a letter or digit must be`)
    }
  } while (skipSeparator(cursor))
}

/** Components joined by slashes, up to the tag, the digest or the end. */
export function scanPath(cursor: Cursor): void {
  scanComponent(cursor)
  for (let unit = peek(cursor); unit !== end && unit !== colon && unit !== at; unit = peek(cursor)) {
    if (unit !== slash) refusePath(cursor, `the repository ${offence(cursor.text, cursor.at)} where it cannot be`)
    cursor.at++
    scanComponent(cursor)
  }
}
