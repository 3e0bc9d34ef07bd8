/** A value that Go's encoding/json would write: a map keeps its order, as a struct does. */
export type GoValue = string | boolean | null | readonly GoValue[] | ReadonlyMap<string, GoValue>

/** JSON as Go writes it: no white space, and text escaped so that it may stand in HTML. */
export function goJson(value: GoValue): string {
  if (typeof value === 'string') return goString(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (value instanceof Map)
    return `{${[...(value as ReadonlyMap<string, GoValue>)].map(([name, member]) => `${goString(name)}:${goJson(member)}`).join(',')}}`
  return `[${(value as readonly GoValue[]).map(goJson).join(',')}]`
}

/** A text as Go writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped, and of the controls only three by a letter. */
export function goString(text: string): string {
  // JSON.stringify escapes controls as Go does, except that it has letters for these two as well.
  return escapeForHtml(
    JSON.stringify(text).replace(/\\(?:\\|"|b|f)/g, (escape) =>
      escape === '\\b' ? '\\u0008' : escape === '\\f' ? '\\u000c' : escape,
    ),
  )
}

/** JSON text as it is, without white space between its parts, and escaped as `goString` does. `text` must be valid JSON. */
export function compactJson(text: string): string {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < text.length;) {
    if (text[at] === '"') {
      at = endOfString(text, at)
    } else if (isSpace(text.charCodeAt(at))) {
      parts.push(text.slice(start, at))
      start = at += 1
    } else {
      at += 1
    }
  }
  return escapeForHtml(parts.join('') + text.slice(start))
}

/** The members of an object: name and the value's text as it is. `text` must be valid JSON without white space between its parts, an object. */
export function compactMembers(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  let depth = 0
  let start = 1
  let name: string | undefined
  for (let at = 1; at < text.length;) {
    const unit = text[at]
    if (unit === '"') {
      at = endOfString(text, at)
      continue
    }
    if (depth === 0 && unit === ':') {
      name = JSON.parse(text.slice(start, at)) as string
      start = at + 1
    } else if (depth === 0 && (unit === ',' || unit === '}')) {
      if (name !== undefined) members.set(name, text.slice(start, at))
      name = undefined
      start = at + 1
    } else if (unit === '{' || unit === '[') {
      depth += 1
    } else if (unit === '}' || unit === ']') {
      depth -= 1
    }
    at += 1
  }
  return members
}

const isSpace = (unit: number): boolean => unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09

/** The position after the string literal that starts at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Names in the order of their UTF-8 bytes, in which Go writes maps. */
export function byBytes(one: string, other: string): number {
  for (let at = 0; ; at += 1) {
    const [a, b] = [one.codePointAt(at), other.codePointAt(at)]
    if (a === undefined || b === undefined) return one.length - other.length
    if (a !== b) return a - b
  }
}

const escapeForHtml = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
