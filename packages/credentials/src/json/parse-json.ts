/** A value and where its text is: from `start` up to, not including, `end`, in UTF-16 units. */
export type JsonNode =
  | { readonly kind: 'object'; readonly start: number; readonly end: number; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly start: number; readonly end: number; readonly value: string }
  | { readonly kind: 'literal'; readonly start: number; readonly end: number; readonly isNull: boolean }

export interface JsonMember {
  readonly key: string
  /** Of the key's opening quote. */
  readonly start: number
  readonly value: JsonNode
}

/** Told what is wrong and where; throws. */
export type Fail = (offset: number, why: string) => never

const deepest = 64
const literal = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![0-9A-Za-z.+-])/y

/**
 * JSON (RFC 8259) with places, so that an error can name one and an edit can leave the rest as it is. A key that comes
 * twice in one object fails: which one counts differs from reader to reader. Linear in the text.
 */
export function parseJson(text: string, fail: Fail): JsonNode {
  // A byte order mark, which some editors write.
  let at = text.startsWith('\ufeff') ? 1 : 0

  const blank = (): void => {
    while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at++
  }
  const expect = (unit: string): void => {
    if (text[at] !== unit) fail(at, at < text.length ? `expected ${unit}` : `it ends where ${unit} is expected`)
    at++
  }
  const string = (): string => {
    const start = at
    expect('"')
    for (; text[at] !== '"'; at++) {
      if (at >= text.length) fail(start, 'a string is not closed')
      if (text.charCodeAt(at) < 0x20) fail(at, 'a control character in a string')
      if (text[at] === '\\') at++
    }
    at++
    try {
      return JSON.parse(text.slice(start, at)) as string
    } catch {
      return fail(start, 'a string has an escape that is not valid in JSON')
    }
  }
  const object = (depth: number): JsonNode => {
    const start = at++
    const members: JsonMember[] = []
    const keys = new Set<string>()
    for (blank(); text[at] !== '}'; blank()) {
      if (members.length > 0) {
        expect(',')
        blank()
      }
      const keyStart = at
      const key = string()
      if (keys.has(key)) fail(keyStart, 'a member is there twice')
      keys.add(key)
      blank()
      expect(':')
      members.push({ key, start: keyStart, value: value(depth + 1) })
    }
    at++
    return { kind: 'object', start, end: at, members }
  }
  const array = (depth: number): JsonNode => {
    const start = at++
    const items: JsonNode[] = []
    for (blank(); text[at] !== ']'; blank()) {
      if (items.length > 0) expect(',')
      items.push(value(depth + 1))
    }
    at++
    return { kind: 'array', start, end: at, items }
  }
  const value = (depth: number): JsonNode => {
    blank()
    if (depth > deepest) fail(at, `it is nested more than ${deepest} deep`)
    if (text[at] === '{') return object(depth)
    if (text[at] === '[') return array(depth)
    const start = at
    if (text[at] === '"') {
      const decoded = string()
      return { kind: 'string', start, end: at, value: decoded }
    }
    literal.lastIndex = at
    if (!literal.test(text))
      fail(at, at < text.length ? 'this is not a JSON value' : 'it ends where a value is expected')
    at = literal.lastIndex
    return { kind: 'literal', start, end: at, isNull: text[start] === 'n' }
  }

  const root = value(0)
  blank()
  if (at < text.length) fail(at, 'there is more text after the end')
  return root
}
