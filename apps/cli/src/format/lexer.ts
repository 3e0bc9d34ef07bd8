import { printable } from '@lading/errors'
import { templateError } from './template-error.ts'
import { unquote } from './unquote.ts'

type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'dot'
  | 'field'
  | 'variable'
  | 'word'
  | 'string'
  | 'number'
  | 'operator'
  | 'end'

/** A piece of a template. */
export interface Token {
  readonly kind: TokenKind
  /** As it stands, without the dot of a field; of a `string` what it means. */
  readonly text: string
  /** In UTF-16 units from the start of the template. */
  readonly offset: number
}

const white = /[ \t\r\n]/
const leading = /^[ \t\r\n]+/
const trailing = /(?<![ \t\r\n])[ \t\r\n]+$/
const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['variable', /\$[\p{L}\p{N}_]*/uy],
  ['field', /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ['number', /[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?)(?![\p{L}\p{N}_.])/uy],
  ['dot', /\.(?![\p{N}])/uy],
  ['word', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['operator', /:=|[=|(),]/y],
]

/**
 * The pieces of a Go template: text, and what is between `{{` and `}}`. `{{- ` and ` -}}` take the white space beside
 * them along, comments are gone.
 *
 * @param from where it begins in the text; offsets are those of the text
 * @throws CliError `USAGE` with the offset
 */
export function* lex(template: string, from = 0): Generator<Token, void, undefined> {
  let at = from
  let trimStart = false
  for (;;) {
    const open = template.indexOf('{{', at)
    const trimEnd = open >= 0 && template[open + 2] === '-' && white.test(template[open + 3] ?? '')
    let text = template.slice(at, open < 0 ? template.length : open)
    const before = text.length
    if (trimStart) text = text.replace(leading, '')
    const start = at + before - text.length
    if (trimEnd) text = text.replace(trailing, '')
    if (text !== '') yield { kind: 'text', text, offset: start }
    if (open < 0) break
    const inner = open + (trimEnd ? 3 : 2)
    const comment = /^(?:[ \t\r\n])?\/\*/.exec(template.slice(inner, inner + 3))
    if (comment === null) {
      yield { kind: 'open', text: '{{', offset: open }
      at = yield* lexAction(template, { open, from: inner })
      yield { kind: 'close', text: '}}', offset: at - 2 }
    } else at = afterComment(template, { open, from: inner + comment[0].length })
    trimStart = template[at - 3] === '-' && white.test(template[at - 4] ?? '')
  }
  yield { kind: 'end', text: '', offset: template.length }
}

function afterComment(template: string, { open, from }: { readonly open: number; readonly from: number }): number {
  const end = template.indexOf('*/', from)
  if (end < 0) throw templateError('a comment that is not closed', open)
  const [close] = /^(?:[ \t\r\n]-)?\}\}/.exec(template.slice(end + 2, end + 6)) ?? []
  if (close === undefined) throw templateError('a comment must stand alone between {{ and }}', open)
  return end + 2 + close.length
}

/** Returns where the action ends: behind its `}}`. */
function* lexAction(
  template: string,
  { open, from }: { readonly open: number; readonly from: number },
): Generator<Token, number, undefined> {
  let at = from
  let depth = 0
  while (at < template.length) {
    const [close] = /^(?:[ \t\r\n]+-)?\}\}/.exec(template.slice(at, at + 64)) ?? []
    if (close !== undefined) {
      if (depth > 0) throw templateError("a '(' that is not closed", at)
      return at + close.length
    }
    const token = tokenAt(template, at)
    if (token.text === '(' && token.kind === 'operator') depth += 1
    if (token.text === ')' && token.kind === 'operator' && --depth < 0) throw templateError("a ')' too many", at)
    at = token.end
    yield token
  }
  throw templateError("'{{' is not closed", open, 'add }}')
}

function tokenAt(template: string, offset: number): Token & { readonly end: number } {
  const quote = template[offset]
  if (quote === '"' || quote === '`' || quote === "'") {
    const { text, end } = unquote(template, offset)
    return quote === "'"
      ? { kind: 'number', text: String(text.codePointAt(0) ?? 0), offset, end }
      : { kind: 'string', text, offset, end }
  }
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = offset
    const found = pattern.exec(template)?.[0]
    if (found !== undefined)
      return { kind, text: kind === 'field' ? found.slice(1) : found, offset, end: offset + found.length }
  }
  throw templateError(`unexpected '${printable(String.fromCodePoint(template.codePointAt(offset) ?? 0))}'`, offset)
}
