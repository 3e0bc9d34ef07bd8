/** Where a string is at fault, in UTF-16 units. */
export interface StringFault {
  readonly what: string
  readonly at: number
}

export interface ScannedString {
  readonly value: string
  /** The unit after the closing quote. */
  readonly end: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const fourHex = /^[0-9a-fA-F]{4}$/

/** Reads the string whose opening quote is at `start` (RFC 8259 7), refusing lone surrogates as I-JSON does (RFC 7493 2.1). */
export function scanString(text: string, start: number): ScannedString | StringFault {
  const pieces: string[] = []
  let from = start + 1
  for (let at = from; ;) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) {
      const last = text.slice(from, at)
      return { value: pieces.length === 0 ? last : pieces.join('') + last, end: at + 1 }
    }
    if (unit === BACKSLASH) {
      const escape = scanEscape(text, at)
      if ('what' in escape) return escape
      pieces.push(text.slice(from, at), escape.value)
      at = from = escape.end
    } else if (unit >= 0x20) {
      at++
    } else {
      // NaN (the end of the text) comes here too.
      return at >= text.length
        ? { what: 'the document ends inside a string', at }
        : { what: 'a control character in a string', at }
    }
  }
}

function scanEscape(text: string, at: number): ScannedString | StringFault {
  const letter = text.charAt(at + 1)
  if (letter !== 'u') {
    const value = Object.hasOwn(simpleEscapes, letter) ? simpleEscapes[letter] : undefined
    return value === undefined ? { what: 'an unknown escape in a string', at } : { value, end: at + 2 }
  }
  const unit = hexUnit(text, at)
  if (unit === undefined) return { what: 'a broken \\u escape in a string', at }
  if (unit < 0xd800 || unit > 0xdfff) return { value: String.fromCharCode(unit), end: at + 6 }
  const low = text.startsWith('\\u', at + 6) ? hexUnit(text, at + 6) : undefined
  if (unit > 0xdbff || low === undefined || low < 0xdc00 || low > 0xdfff)
    return { what: 'a lone surrogate in a string', at }
  return { value: String.fromCharCode(unit, low), end: at + 12 }
}

function hexUnit(text: string, escape: number): number | undefined {
  const digits = text.slice(escape + 2, escape + 6)
  return fourHex.test(digits) ? Number.parseInt(digits, 16) : undefined
}
