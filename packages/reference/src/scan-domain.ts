import { closeBracket, colon, dash, dot, isAlphanumeric, isDigit, isHex, openBracket, slash } from './characters.ts'
import { type Cursor, peek, skip } from './cursor.ts'
import { hintFor, offence } from './offence.ts'
import { refuse } from './reference-error.ts'

const example = 'a host is a name or address with an optional port, for example registry.example.com:5000, then a slash'

function refuseDomain(cursor: Cursor, message: string, hint: string = example): never {
  const { text, at } = cursor
  refuse(text, 'DOMAIN_INVALID', at, message, { hint: hintFor(text, at, hint) })
}

function scanLabel(cursor: Cursor): void {
  let last = dash
  if (isAlphanumeric(peek(cursor))) {
    for (let unit = peek(cursor); isAlphanumeric(unit) || unit === dash; unit = peek(cursor)) {
      last = unit
      cursor.at++
    }
  }
  if (last === dash) refuseDomain(cursor, `the host ${offence(cursor.text, cursor.at)} where a letter or digit must be`)
}

/** An IPv6 address; the grammar looks no deeper than at its characters, and has no zones. */
function scanBracketed(cursor: Cursor): void {
  cursor.at++
  const length = skip(cursor, (unit) => isHex(unit) || unit === colon)
  if (length === 0 || peek(cursor) !== closeBracket) {
    refuseDomain(
      cursor,
      `the address in brackets ${offence(cursor.text, cursor.at)} where it cannot be`,
      'an IPv6 address is hexadecimal digits and colons in brackets, without a zone: [2001:db8::1]:5000/NAME',
    )
  }
  cursor.at++
}

/**
 * Domain from the cursor up to the slash, which stays. Labels of letters, digits and inner dashes joined by dots, or an address
 * in brackets; then an optional port.
 */
export function scanDomain(cursor: Cursor): void {
  if (peek(cursor) === openBracket) scanBracketed(cursor)
  else {
    scanLabel(cursor)
    while (peek(cursor) === dot) {
      cursor.at++
      scanLabel(cursor)
    }
  }
  if (peek(cursor) === colon) {
    cursor.at++
    if (skip(cursor, isDigit) === 0)
      refuseDomain(cursor, `the port ${offence(cursor.text, cursor.at)} where a digit must be`)
  }
  if (peek(cursor) !== slash) refuseDomain(cursor, `the host ${offence(cursor.text, cursor.at)} where it cannot be`)
}
