import type { Random } from '../random.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json } | Raw

/** Text that stands in the document as it is: a number that is none of JavaScript's, say. */
class Raw {
  readonly written: string

  constructor(written: string) {
    this.written = written
  }
}

const odd: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  '',
  'x',
  [],
  {},
  [null],
  { a: { b: [] } },
  '\u001b[2J',
  '\u202e',
  '../../etc/passwd',
  'A'.repeat(300),
  `sha256:${'g'.repeat(64)}`,
  `md5:${'0'.repeat(32)}`,
  new Raw('9007199254740993'),
  new Raw('1e400'),
  new Raw('-0'),
  new Raw('1.0'),
  new Raw('"\\ud800"'),
  new Raw('"\\u0041\\n"'),
  new Raw('01'),
  new Raw('NaN'),
  new Raw('{"a":1,"a":2}'),
  new Raw('[[[[[[[[[]]]]]]]]]'),
]
const names = [
  '__proto__',
  'constructor',
  'layers',
  'Layers',
  'manifests',
  'config',
  'fsLayers',
  'mediaType',
  'size',
  'Size',
  'digest',
  'data',
  '\u017fize',
  '',
]

/**
 * A template as text, most of it as it is: now and then a value is replaced, a member is left out, written twice, or in another
 * case, and white space stands where it may.
 */
export function writeJson(template: Json, random: Random): string {
  const trouble = random.pick([40, 80, 1_000_000])
  const space = random.once(4) ? random.pick([' ', '\n', '\t']) : ''
  function write(value: Json): string {
    if (random.once(trouble)) return write(random.pick(odd))
    if (value instanceof Raw) return value.written
    if (Array.isArray(value)) return `[${value.map((item: Json) => write(item)).join(`,${space}`)}]`
    if (typeof value !== 'object' || value === null) return JSON.stringify(value)
    return `{${Object.entries(value)
      .flatMap(([name, member]) => writeMember(name, member))
      .join(`,${space}`)}}`
  }
  function writeMember(name: string, member: Json): string[] {
    const written = `${JSON.stringify(name)}:${space}${write(member)}`
    if (!random.once(trouble)) return [written]
    return random.pick([
      [],
      [written, written],
      [written, `${JSON.stringify(name.toUpperCase())}:${write(member)}`],
      [written, `${JSON.stringify(random.pick(names))}:${write(random.pick(odd))}`],
    ])
  }
  return write(template)
}
