import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManifestError } from '../src/index.ts'
import { exactNumber } from '../src/json/json-value.ts'
import { readJson } from '../src/json/read-json.ts'
import { scanJson } from '../src/json/scan-json.ts'
import { surveyJson } from '../src/json/survey-json.ts'

/** What comes of a reader: the value, or the whole error. */
function endOf(read: () => unknown): unknown {
  try {
    return { value: read() }
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    return error.toJSON()
  }
}

const quick = (text: string): unknown => endOf(() => readJson(new TextEncoder().encode(text), {}))
const careful = (text: string): unknown =>
  endOf(() => scanJson(new TextDecoder().decode(new TextEncoder().encode(text)), { maxDepth: 64, number: exactNumber }))

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

describe('the quick way to read a document', () => {
  it.each([
    '{"a":1,"a":1}',
    '{"a":{"b":1,"b":2}}',
    '[{"a":1},{"a":1,"\\u0061":2}]',
    '{"a":1,"\\u0061":1}',
    '{"__proto__":1,"__proto__":2}',
    '{"1":1,"1":2}',
    '{"":1,"":1}',
    '{"a":":"}',
    '{"a:":{"b":"{\\":["}}',
    '"\\\\"',
    '{"\\"":1,"\\\\":":"}',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\uDFFF"',
    '"\\ud7ff\\ue000"',
    '"\\\\ud800"',
    '[0,-0,1.0,1e3,1E3,0.5,9007199254740991,9007199254740992,999999999999999,1000000000000000]',
    '[1e400]',
    '-1',
    '1',
    'true',
    '[false,null]',
    '[1.5]',
    '[12e1]',
    deep(64),
    deep(65),
    '{"a":1}x',
    '{"a":1',
    '',
    '\u2028{"a":1}',
  ])('comes to what the careful one comes to: %s', (text) => expect(quick(text)).toEqual(careful(text)))

  it('comes to what the careful one comes to, whatever the text', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"a":',
      '"b":',
      '{"a":1',
      ',"a":2',
      '1',
      '-',
      '0',
      '.5',
      'e9',
      'E9',
      '1234567890123456',
      'true',
      'null',
      '\\u',
      'd800',
      '\\\\',
      '\\"',
      ' ',
      'é',
    )
    const nearly = fc
      .tuple(fc.json({ maxDepth: 6 }), fc.nat(), fc.nat({ max: 3 }), fragment)
      .map(([text, at, remove, put]) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + put + text.slice(place + remove)
      })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(fragment, { maxLength: 24 }).map((parts) => parts.join('')),
          nearly,
          fc.json(),
        ),
        (text) => {
          expect(quick(text)).toEqual(careful(text))
        },
      ),
    )
  })

  it('is the one that is taken for an ordinary manifest', () => {
    const text = '{"schemaVersion":2,"layers":[{"size":999999999999999,"annotations":{"a":"\\n\\u00e9 \\"-1.5e3\\""}}]}'
    expect(surveyJson(text)).toEqual({ members: 5, depth: 4, plain: true })
  })
})
