import { parseJson, type Fail, type JsonMember, type JsonNode } from './parse-json.ts'

/**
 * Sets one member of an object and leaves every other character of the text as it is. Objects on the way that are
 * not there, or null, are made. `text` may be empty.
 */
export function setMember(text: string, path: readonly string[], value: unknown, fail: Fail): string {
  const style = styleOf(text)
  if (text.trim() === '' || text.trim() === '\ufeff')
    return setMember(style.newline === '' ? '{}' : `{}${style.newline}`, path, value, fail)
  const { node, missing, depth } = descend(parseJson(text, fail), path, fail)
  const wrapped = missing.slice(1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
  const [key] = missing
  if (key === undefined) return splice(text, node.start, node.end, format(value, style, depth))
  if (isNull(node)) return splice(text, node.start, node.end, format({ [key]: wrapped }, style, depth))
  if (node.kind !== 'object') return fail(node.start, 'this should be an object')
  const added = `${JSON.stringify(key)}:${style.colon}${format(wrapped, style, depth + 1)}`
  const last = node.members.at(-1)
  if (last !== undefined) return splice(text, last.value.end, last.value.end, `,${lineAt(style, depth + 1)}${added}`)
  return splice(text, node.start, node.end, `{${lineAt(style, depth + 1)}${added}${lineAt(style, depth)}}`)
}

/** Takes one member out of an object; the text as it is when there is none. */
export function removeMember(text: string, path: readonly string[], fail: Fail): string {
  if (text.trim() === '') return text
  const { node: parent, missing } = descend(parseJson(text, fail), path.slice(0, -1), fail)
  if (missing.length > 0 || parent.kind !== 'object') return text
  const index = parent.members.findIndex(({ key }) => key === path.at(-1))
  const member = parent.members[index]
  if (member === undefined) return text
  const before = parent.members[index - 1]
  const after = parent.members[index + 1]
  if (before !== undefined) return splice(text, before.value.end, member.value.end, '')
  if (after !== undefined) return splice(text, member.start, after.start, '')
  return splice(text, parent.start, parent.end, '{}')
}

interface Style {
  /** Of one level; empty when all is on one line. */
  readonly indent: string
  readonly newline: string
  readonly colon: string
}

/** As the text is written; a new one as docker writes it. */
function styleOf(text: string): Style {
  const match = /(\r?\n)([ \t]+)"/.exec(text)
  if (match !== null) return { newline: match[1] ?? '\n', indent: match[2] ?? '\t', colon: ' ' }
  // One line with something in it stays one line.
  return /"/.test(text)
    ? { newline: '', indent: '', colon: /":\s/.test(text) ? ' ' : '' }
    : { newline: '\n', indent: '\t', colon: ' ' }
}

const lineAt = ({ newline, indent }: Style, depth: number): string =>
  newline === '' ? '' : newline + indent.repeat(depth)

function format(value: unknown, style: Style, depth: number): string {
  if (style.newline === '') return JSON.stringify(value)
  return JSON.stringify(value, undefined, style.indent).replaceAll('\n', lineAt(style, depth))
}

function descend(
  root: JsonNode,
  path: readonly string[],
  fail: Fail,
): { readonly node: JsonNode; readonly missing: readonly string[]; readonly depth: number } {
  let node = root
  for (const [depth, key] of path.entries()) {
    if (isNull(node)) return { node, missing: path.slice(depth), depth }
    if (node.kind !== 'object') return fail(node.start, 'this should be an object')
    const member: JsonMember | undefined = node.members.find((each) => each.key === key)
    if (member === undefined) return { node, missing: path.slice(depth), depth }
    node = member.value
  }
  return { node, missing: [], depth: path.length }
}

const isNull = (node: JsonNode): boolean => node.kind === 'literal' && node.isNull

const splice = (text: string, start: number, end: number, put: string): string =>
  text.slice(0, start) + put + text.slice(end)
