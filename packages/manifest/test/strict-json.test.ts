import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStrictJson, type JsonValue } from '../src/index.ts'
import { outcome, refusal } from './support/documents.ts'
import { accepted, refused } from './support/json-vectors.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const nested = (depth: number): string => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`
/** As `JSON.parse` has it, after the journey through bytes; `undefined` when it refuses. */
function lenient(text: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(encode(text)))
  } catch {
    return undefined
  }
}
const parse = (text: string): JsonValue => parseStrictJson(encode(text))

describe('parseStrictJson accepts', () => {
  it.each(accepted)('%s', (text) => {
    const expected: unknown = JSON.parse(text)
    expect(JSON.stringify(parse(text))).toBe(JSON.stringify(expected))
    expect(parse(text)).toEqual(expected)
  })

  it('whatever JSON.parse accepts, with the same value', () => {
    fc.assert(
      fc.property(
        fc.json({ depthSize: 'medium', maxDepth: 12 }),
        fc.constantFrom(undefined, 1, '\t', ' \r\n'),
        (text, space) => {
          const value: unknown = JSON.parse(text)
          const document = JSON.stringify(value, undefined, space)
          const parsed = parse(document)
          expect(JSON.stringify(parsed)).toBe(JSON.stringify(value))
          expect(parsed).toEqual(value)
        },
      ),
    )
  })

  it('every string, in raw and in escaped form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const units = Array.from(
          { length: text.length },
          (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`,
        )
        expect([parse(JSON.stringify(text)), parse(`"${units.join('')}"`)]).toEqual([text, text])
      }),
    )
  })

  it('members named like what objects inherit, without a trace outside', () => {
    const value = parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"toString":3,"hasOwnProperty":4}',
    ) as Record<string, JsonValue>
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    expect(Object.getPrototypeOf(value['__proto__'])).toBeNull()
    expect((Object.prototype as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(refusal(() => parse('{"__proto__":1,"__proto__":2}')).code).toBe('JSON_DUPLICATE')
  })

  it('a view into a larger buffer', () => {
    expect(parseStrictJson(encode('xx[1]xx').subarray(2, 5))).toEqual([1])
  })
})

describe('parseStrictJson refuses', () => {
  it.each(refused)('%j', (text, what, at, offset) => {
    const error = refusal(() => parse(text))
    expect(error).toMatchObject({ code: 'JSON_INVALID', at, facts: { offset } })
    expect(error.message).toBe(`${what} at byte ${offset} (${at})`)
    expect(error.hint).toBeTruthy()
  })

  it.each([
    ['{"a":1,"a":1}', '$.a', 7],
    ['{"a":[1,{"b":{"x":1,"\\u0078":2}}]}', '$.a[1].b.x', 20],
    ['{"é":1,"é":1}', '$["é"]', 8],
    ['{"":1,"":1}', '$[""]', 6],
  ])('a member that comes twice: %s', (text, at, offset) => {
    expect(refusal(() => parse(text))).toMatchObject({ code: 'JSON_DUPLICATE', at, facts: { offset } })
  })

  it.each([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x31], 0],
    ['a stray byte', [0x22, 0xff, 0x22], 1],
    ['a sequence cut short', [0x22, 0xe2, 0x82, 0x22], 1],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22], 1],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22], 1],
    ['a code point beyond Unicode', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], 1],
    ['a bad byte after a real replacement character', [0x22, 0xef, 0xbf, 0xbd, 0xc3, 0xa9, 0x80, 0x22], 6],
    ['a cut sequence that begins like one', [0x22, 0xef, 0xbf, 0x22], 1],
    ['UTF-16', [0xff, 0xfe, 0x31, 0x00], 0],
  ])('%s', (_, bytes, offset) => {
    expect(refusal(() => parseStrictJson(Uint8Array.from(bytes)))).toMatchObject({
      code: 'JSON_INVALID',
      facts: { offset },
    })
  })

  it('a byte order mark by name', () => {
    expect(refusal(() => parse('\ufeff{}')).message).toBe('the document starts with a byte order mark')
    expect(refusal(() => parseStrictJson(Uint8Array.of(0xef, 0xbb, 0xbe, 0x31))).message).toContain('a value should be')
    expect(refusal(() => parseStrictJson(Uint8Array.of(0xff))).message).toBe('invalid UTF-8 at byte 0')
  })

  it('what is nested too deep, by the default and by a given bound', () => {
    expect(parse(nested(64))).toBeDefined()
    expect(refusal(() => parse(nested(66)))).toMatchObject({ code: 'JSON_TOO_DEEP', facts: { offset: 64 * 3 } })
    expect(parseStrictJson(encode(nested(66)), { maxDepth: 66 })).toBeDefined()
    expect(refusal(() => parseStrictJson(encode('[]'), { maxDepth: 0 })).code).toBe('JSON_TOO_DEEP')
    expect(parseStrictJson(encode('1'), { maxDepth: 0 })).toBe(1)
  })

  it('a million open brackets, without a stack to overflow', () => {
    const hostile = encode('['.repeat(1_000_000))
    expect(refusal(() => parseStrictJson(hostile)).code).toBe('JSON_TOO_DEEP')
    const error = refusal(() => parseStrictJson(hostile, { maxDepth: 2_000_000 }))
    expect(error).toMatchObject({ code: 'JSON_INVALID', facts: { offset: 1_000_000 } })
    expect(error.message.length).toBeLessThan(1000)
  })

  it('more bytes than allowed, before it reads one', () => {
    expect(refusal(() => parseStrictJson(new Uint8Array(4 * 1024 * 1024 + 1)))).toMatchObject({
      code: 'TOO_LARGE',
      facts: { expected: 4_194_304, actual: 4_194_305 },
    })
    expect(parseStrictJson(encode(`"${'x'.repeat(4 * 1024 * 1024 - 2)}"`))).toHaveLength(4_194_302)
    expect(refusal(() => parseStrictJson(encode('123'), { maxBytes: 2 })).code).toBe('TOO_LARGE')
  })

  it('names and characters from outside only in escaped form', () => {
    const error = refusal(() => parse('{"\\u001b[2J\u202e":\u009b}'))
    expect(error.message).toBe(String.raw`"\x9b" where a value should be at byte 16 ($["\\x1b[2J\\u202e"])`)
  })

  it('nothing else: on arbitrary bytes it agrees with JSON.parse or is stricter', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"A"',
      '1',
      '-',
      '0',
      '.5',
      'e9',
      'true',
      'null',
      '\\u',
      'd800',
      ' ',
      '\n',
      'é',
      '\ud800',
    )
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 24 }), (fragments) => {
        const text = fragments.join('')
        const { value, code = '', message = '' } = outcome(() => parse(text))
        const theirs = lenient(text)
        const stricter = code === 'JSON_DUPLICATE' || message.includes('lone surrogate')
        expect(stricter ? theirs : value).toEqual(theirs)
      }),
    )
  })
})
