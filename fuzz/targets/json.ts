import { ManifestError, parseStrictJson } from '@lading/manifest'
import { bytesOf } from '../encoding.ts'
import { type Json, writeJson } from '../generate/json.ts'
import type { Random } from '../random.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const scalars: readonly Json[] = [null, true, false, 0, 1.5e-3, -1, '', 'a', 'é😀', '"\\/\b\f\n\r\t', '\u2028\ufeff']

function value(random: Random, depth: number): Json {
  if (depth === 0 || random.once(3)) return random.pick(scalars)
  const items = Array.from({ length: random.below(4) }, () => value(random, depth - 1))
  return random.once(2)
    ? items
    : Object.fromEntries(
        items.map((item) => [random.pick(['a', 'b', 'A', '', '1', '__proto__', 'constructor', 'é']), item]),
      )
}

/** As `JSON.parse` has it; undefined when it refuses. */
function lenient(input: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input)) }
  } catch {
    return undefined
  }
}

const stricter = new Set(['JSON_DUPLICATE', 'JSON_TOO_DEEP'])

export const strictJson: Target = {
  name: 'strict-json',
  generate: (random) => bytesOf(writeJson(value(random, 1 + random.below(5)), random)),
  words: [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a":',
    'true',
    'null',
    '-',
    '1e400',
    '0.5',
    '\\u',
    'd800',
    '\\ud83d\\ude00',
    '\\',
    '\ufeff',
    '[[[[',
  ],
  check(input) {
    let code = ''
    const parsed = unlessRefused(ManifestError, input.length, () => {
      try {
        return { value: parseStrictJson(input) }
      } catch (error) {
        if (error instanceof ManifestError)
          code = error.message.includes('lone surrogate') ? 'JSON_DUPLICATE' : error.code
        throw error
      }
    })
    const theirs = lenient(input)
    if (parsed === undefined) holds(theirs === undefined || stricter.has(code), `${code} for what JSON.parse takes`)
    else
      holds(
        theirs !== undefined && JSON.stringify(theirs.value) === JSON.stringify(parsed.value),
        'another value than JSON.parse has',
      )
  },
}
