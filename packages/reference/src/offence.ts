import { printable } from '@lading/errors'
import { isUpper } from './characters.ts'

const whiteSpace = /^\s$/u

/** What stands at the offset, in words. */
export function describe(text: string, offset: number): string {
  const point = text.codePointAt(offset)
  if (point === undefined) return 'the end of the text'
  const character = String.fromCodePoint(point)
  if (whiteSpace.test(character)) return 'white space'
  return `"${printable(character)}"`
}

/** The hint for mistakes people make with any part of a reference; otherwise the one given. */
export function hintFor(text: string, offset: number, otherwise: string): string {
  const scheme = text.indexOf('://')
  if (scheme > 0 && offset <= scheme + 2) return `a reference is no URL: leave out "${printable(text.slice(0, scheme + 3), 20)}"`
  if (whiteSpace.test(text.charAt(offset))) return 'remove the white space'
  if (isUpper(text.charCodeAt(offset))) return 'repository names are lower case; only hosts and tags may have upper case'
  if (offset === text.length && text.endsWith('/')) return 'remove the slash at the end'
  return otherwise
}
