import { at, dash, dot, isAlphanumeric, underscore } from './characters.ts'
import { type Cursor, end, peek, skip } from './cursor.ts'
import { hintFor, offence } from './offence.ts'
import { refuse } from './reference-error.ts'

/** Characters in a tag at most (OCI distribution-spec, "Pulling manifests"). */
const maxTagLength = 128

const isFirst = (unit: number): boolean => isAlphanumeric(unit) || unit === underscore
const isNext = (unit: number): boolean => isFirst(unit) || unit === dot || unit === dash

/** A tag, up to a digest or the end. */
export function scanTag(cursor: Cursor): string {
  const { text, at: start } = cursor
  if (isFirst(peek(cursor))) skip(cursor, isNext)
  const unit = peek(cursor)
  if (cursor.at === start || (unit !== end && unit !== at)) {
    const offset = cursor.at
    const message = unit === end ? 'nothing follows the colon' : `the tag ${offence(text, offset)} where it cannot be`
    const hint =
      unit === end
        ? 'write a tag after the colon, or leave the colon out'
        : 'a tag is letters, digits, _, . and -, and starts with none of the last two'
    refuse(text, 'TAG_INVALID', offset, message, { hint: hintFor(text, offset, hint) })
  }
  const length = cursor.at - start
  if (length > maxTagLength) {
    refuse(text, 'TAG_TOO_LONG', start + maxTagLength, `the tag has ${length} characters`, {
      expected: maxTagLength,
      actual: length,
      hint: `a tag has at most ${maxTagLength} characters`,
    })
  }
  return text.slice(start, cursor.at)
}
