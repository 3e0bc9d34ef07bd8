import { printable } from '@lading/errors'
import { templateError } from './template-error.ts'

const simple: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
}
const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/sy

/**
 * A Go constant that starts here: `"text"`, a text between backquotes, or `'c'`.
 *
 * @returns what it means, and where it ends
 * @throws CliError `USAGE` with the offset
 */
export function unquote(template: string, offset: number): { readonly text: string; readonly end: number } {
  const quote = template[offset] ?? ''
  if (quote === '`') {
    const end = template.indexOf('`', offset + 1)
    if (end < 0) throw templateError('a string that is not closed', offset)
    return { text: template.slice(offset + 1, end), end: end + 1 }
  }
  let text = ''
  let at = offset + 1
  for (;;) {
    const unit = template[at]
    if (unit === undefined || unit === '\n') throw templateError('a string that is not closed', offset)
    if (unit === quote) break
    if (unit === '\\') {
      const { meaning, end } = escapeAt(template, at)
      text += meaning
      at = end
    } else {
      text += unit
      at += 1
    }
  }
  if (quote === "'" && Array.from(text).length !== 1)
    throw templateError("there must be one character between '…'", offset)
  return { text, end: at + 1 }
}

function escapeAt(template: string, offset: number): { readonly meaning: string; readonly end: number } {
  escape.lastIndex = offset
  const [all = '', hex, short, long, octal, letter = ''] = escape.exec(template) ?? []
  const digits = hex ?? short ?? long
  const point = digits === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(digits, 16)
  const meaning = Number.isNaN(point) ? simple[letter] : point > 0x10_ff_ff ? undefined : String.fromCodePoint(point)
  if (meaning === undefined || all === '') throw templateError(`'\\${printable(letter)}' means nothing`, offset)
  return { meaning, end: offset + all.length }
}
