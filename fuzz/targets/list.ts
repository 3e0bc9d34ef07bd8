import { createListReader } from '../../packages/registry-client/src/list/list-reader.ts'
import { bytesOf } from '../encoding.ts'
import { holds } from '../refusal.ts'
import type { Target } from '../target.ts'

const pieces = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"tags":',
  '"t\\u0061gs":',
  '"tags":["a","b"]',
  '{"name":"a","tags":["x"]}',
  '"name":"a"',
  '"a"',
  'null',
  'true',
  '-0.5e-3',
  '01',
  '"\\ud800"',
  '\\u12',
  '"',
  '\\',
  ' ',
  '\n',
  '\ufeff',
  '[[[[',
]

/** The entries, as text, or `too deep`; undefined where it is no JSON. */
function read(input: Uint8Array, length: number): string | undefined {
  let entries: (string | undefined)[] = []
  const reader = createListReader({
    member: 'tags',
    longestEntry: Number.POSITIVE_INFINITY,
    onList: () => (entries = []),
    onEntry: (text) => entries.push(text),
  })
  try {
    for (let at = 0; at < input.byteLength; at += length) reader.write(input.subarray(at, at + length))
    const frame = reader.end()
    if (frame === undefined) return undefined
    return JSON.stringify([entries.map((text) => JSON.parse(text ?? '') as unknown), frame.list === 'list'])
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return error.message.includes('inside of each other') ? 'too deep' : undefined
  }
}

/** As `JSON.parse` over the whole has it. */
function whole(input: Uint8Array): string | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(input)) as unknown
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    const tags = isObject && Object.hasOwn(value, 'tags') ? (value as { readonly tags: unknown }).tags : undefined
    return JSON.stringify([Array.isArray(tags) ? tags : [], Array.isArray(tags)])
  } catch {
    return undefined
  }
}

export const list: Target = {
  name: 'list',
  generate: (random) => bytesOf(Array.from({ length: random.below(14) }, () => random.pick(pieces)).join('')),
  words: pieces,
  check(input) {
    const found = read(input, input.byteLength + 1)
    for (const length of [1, 2, 7]) holds(read(input, length) === found, `other entries in pieces of ${length}`)
    if (found !== 'too deep') holds(found === whole(input), 'other entries than JSON.parse has')
  },
}
