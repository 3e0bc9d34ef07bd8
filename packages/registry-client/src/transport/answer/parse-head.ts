import { malformed } from './malformed.ts'

/** The head of an answer (RFC 9112 2.1). */
export interface AnswerHead {
  readonly status: number
  /** Of the version: HTTP/1.0 or HTTP/1.1. */
  readonly minor: 0 | 1
  /** By their names in lower case; several lines of one name joined with `, `. */
  readonly fields: ReadonlyMap<string, string>
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// Visible characters, spaces, tabs, and what Latin-1 has beyond ASCII (RFC 9110 5.5).
const content = /^[\t\x20-\x7e\x80-\xff]*$/
const statusLine = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: (.*))?$/

/** Does it begin like an answer, as far as it goes? */
export const beginsLikeAnswer = (text: string): boolean => text.startsWith('HTTP/1.') || 'HTTP/1.'.startsWith(text)

/** @throws Error that is `malformed` */
export function parseStatusLine(line: string): Pick<AnswerHead, 'status' | 'minor'> {
  const [, minor, status, reason = ''] = statusLine.exec(line) ?? []
  if (status === undefined || !content.test(reason)) throw malformed('the status line is invalid', line.slice(0, 16))
  return { status: Number(status), minor: minor === '0' ? 0 : 1 }
}

/** @throws Error that is `malformed`: also for a line that continues the one before it (RFC 9112 5.2) */
export function addField(fields: Map<string, string>, line: string): void {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(0, colon)).toLowerCase()
  const value = withoutSpaceAround(line, colon + 1)
  if (!token.test(name) || !content.test(value)) throw malformed('a header field is invalid')
  const before = fields.get(name)
  fields.set(name, before === undefined ? value : `${before}, ${value}`)
}

const isSpace = (text: string, at: number): boolean => text[at] === ' ' || text[at] === '\t'

function withoutSpaceAround(text: string, from: number): string {
  let start = from
  let end = text.length
  while (start < end && isSpace(text, start)) start++
  while (start < end && isSpace(text, end - 1)) end--
  return text.slice(start, end)
}
