import { printable } from '@lading/errors'
import { isUpper, openBracket } from './characters.ts'
import { shown } from './reference-error.ts'

const whiteSpace = /^\s$/u

/** What a part of the text does at the offset: `has "x"`, `has white space`, `ends`. */
export function offence(text: string, offset: number): string {
  const point = text.codePointAt(offset)
  if (point === undefined) return 'ends'
  const character = String.fromCodePoint(point)
  return whiteSpace.test(character) ? 'has white space' : `has "${printable(character)}"`
}

/** The text with the rest of its path in lower case. */
function lowered(text: string, offset: number): string {
  const rest = text.slice(offset)
  const path = rest.slice(0, Math.max(0, rest.search(/[:@]|$/)))
  return text.slice(0, offset) + path.toLowerCase() + rest.slice(path.length)
}

/** The hint for mistakes people make with any part of a reference; otherwise the one given. */
export function hintFor(text: string, offset: number, otherwise: string): string {
  const scheme = text.indexOf('://')
  if (scheme > 0 && offset <= scheme + 2)
    return `a reference is no URL: leave out "${printable(text.slice(0, scheme + 3), 20)}"`
  if (whiteSpace.test(text.charAt(offset))) return 'remove the white space'
  if (isUpper(text.charCodeAt(offset))) return `write ${shown(lowered(text, offset))}`
  if (offset === 0 && text.charCodeAt(0) === openBracket)
    return 'name a repository behind the address: [2001:db8::1]:5000/NAME'
  if (offset === text.length && text.endsWith('/'))
    return 'remove the slash at the end, or write a repository behind it'
  return otherwise
}
