import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createListReader } from '../../src/list/list-reader.ts'

/** What is read of a page; `undefined`: it is no JSON. */
interface Read {
  readonly entries: readonly unknown[]
  /** What stands in place of a list. */
  readonly other?: unknown
  readonly members: Readonly<Record<string, unknown>>
}

/** Fed in pieces of these lengths, again and again. */
function read(bytes: Uint8Array, lengths: readonly number[], longestEntry = 4096): Read | undefined {
  let texts: (string | undefined)[] = []
  const reader = createListReader({
    member: 'tags',
    longestEntry,
    onList: () => (texts = []),
    onEntry: (text) => texts.push(text),
  })
  try {
    for (let at = 0, nth = 0; at < bytes.byteLength; nth++) {
      const length = lengths[nth % lengths.length] ?? 1
      reader.write(bytes.subarray(at, at + length))
      at += length
    }
    const frame = reader.end()
    if (frame === undefined) return undefined
    return {
      entries: texts.map((text) => (text === undefined ? undefined : parse(text))),
      other: frame.list === undefined || frame.list === 'list' ? undefined : parse(frame.list),
      members: Object.fromEntries([...frame.members].map(([key, text]) => [key, parse(text)])),
    }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const parse = (text: string): unknown => JSON.parse(text)

/** The same, of the whole at once. */
function parsed(bytes: Uint8Array): Read | undefined {
  try {
    const value = parse(new TextDecoder().decode(bytes))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { entries: [], members: {} }
    const { tags, ...members } = value as Record<string, unknown>
    return Array.isArray(tags) ? { entries: tags, members } : { entries: [], other: tags, members }
  } catch {
    return undefined
  }
}

const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })
const key = fc.constantFrom('"tags"', '"tags"', '"t\\u0061gs"', '"name"', '"Tags"', '"__proto__x"')
const member = fc.tuple(key, fc.oneof(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 4 }), fc.jsonValue()))
const page = fc
  .array(member, { maxLength: 4 })
  .map((members) => `{${members.map(([name, value]) => `${name}:${JSON.stringify(value)}`).join(',')}}`)
const document = fc.oneof(
  page,
  page.map((text) => JSON.stringify(JSON.parse(text), undefined, '\t')),
  fc.jsonValue().map((value) => JSON.stringify(value)),
)
const bit = fc.constantFrom(
  ...Array.from('{}[]:,"\\ \n0-1.e+tfnu\u0001'),
  '"tags"',
  'null',
  '-0',
  '\\ud800',
  '1e9',
  '\u{1F40B}',
)

describe('a list that is read while it comes', () => {
  it('is what JSON.parse reads of the whole', () => {
    fc.assert(
      fc.property(document, pieces, (text, lengths) => {
        const bytes = new TextEncoder().encode(text)
        expect(read(bytes, lengths)).toEqual(parsed(bytes))
      }),
    )
  })

  it('is refused where JSON.parse refuses the whole, and nowhere else', () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.nat({ max: 3 }), bit, pieces, (text, where, gone, put, lengths) => {
        const at = where % (text.length + 1)
        const bytes = new TextEncoder().encode(text.slice(0, at) + put + text.slice(at + gone))
        expect(read(bytes, lengths)).toEqual(parsed(bytes))
      }),
    )
    fc.assert(
      fc.property(fc.array(bit, { maxLength: 12 }), pieces, (bits, lengths) => {
        const bytes = new TextEncoder().encode(bits.join(''))
        expect(read(bytes, lengths)).toEqual(parsed(bytes))
      }),
    )
  })

  it('may have any bytes inside of a text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), pieces, (inside, lengths) => {
        const bytes = Buffer.concat([Buffer.from('\uFEFF{"tags":["'), inside, Buffer.from('"]}')])
        expect(read(bytes, lengths)).toEqual(parsed(bytes))
      }),
    )
  })

  it.each([
    '',
    ' ',
    '-',
    '1',
    '0.5e-3',
    '01',
    '1.',
    '.5',
    '1e',
    '+1',
    'nul',
    'nulll',
    '{"tags":[1,]}',
    '{,}',
    '[]]',
    '"\t"',
    '"\\u12Fa"',
    '"\\u123"',
    '"\\u12g4"',
    '"\\x"',
    '"\\',
  ])('agrees with JSON.parse about %j', (text) => {
    expect(read(Buffer.from(text), [1])).toEqual(parsed(Buffer.from(text)))
  })

  it('tells of an entry that is too long, and keeps nothing of it', () => {
    const long = `{"tags":["a","${'x'.repeat(100)}","b"],"name":"${'y'.repeat(100)}","n":1}`
    expect(read(Buffer.from(long), [7], 20)).toEqual({
      entries: ['a', undefined, 'b'],
      members: { n: 1 },
    })
  })

  it('goes so deep and no deeper', () => {
    const nested = (depth: number): Buffer => Buffer.from(`{"x":${'['.repeat(depth)}${']'.repeat(depth)},"tags":["a"]}`)
    expect(read(nested(999), [50])?.entries).toEqual(['a'])
    expect(read(nested(1000), [50])).toBeUndefined()
  })
})
