import {
  ImageReferenceError,
  familiarString,
  matches,
  parseAnyReference,
  parseReference,
  tryParse,
  withDefaultTag,
} from '@lading/reference'
import { bytesOf, textOf } from '../encoding.ts'
import type { Random } from '../random.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const hosts = [
  '',
  '',
  'docker.io/',
  'index.docker.io/',
  'localhost/',
  'localhost:5000/',
  'ghcr.io/',
  'Host/',
  '[::1]:5000/',
  '[2001:db8::1]/',
  '127.0.0.1:80/',
  'a.b-c.example:65536/',
]
const separators = ['.', '_', '__', '-', '---', '/']
const digests = [
  `@sha256:${'f'.repeat(64)}`,
  `@sha384:${'0'.repeat(96)}`,
  `@sha512:${'a'.repeat(128)}`,
  `@blake3:${'1'.repeat(64)}`,
  '@md5:',
  '@',
]

function write(random: Random): string {
  let name = random.pick(hosts)
  for (let parts = 1 + random.below(4); parts > 0; parts--)
    name += random.text('az09', 1 + random.below(6)) + (parts > 1 ? random.pick(separators) : '')
  if (random.once(40)) name = random.text('0123456789abcdef', 64)
  const tag = random.once(2) ? `:${random.text('aZ0_', 1)}${random.text('aZ0_.-', random.below(12))}` : ''
  return name + tag + (random.once(3) ? random.pick(digests) : '')
}

export const reference: Target = {
  name: 'reference',
  generate: (random) => bytesOf(write(random)),
  words: [
    'docker.io/',
    'library/',
    'localhost',
    'index.docker.io/',
    'scratch',
    ':latest',
    '@sha256:',
    'f'.repeat(64),
    '[',
    ']',
    '::1',
    '__',
    '..',
    '-',
    '/',
    ':',
    '@',
    '://',
    'A',
  ],
  check(input) {
    const line = textOf(input)
    const parsed = unlessRefused(ImageReferenceError, line.length, () => parseReference(line))
    holds((tryParse(line) === undefined) === (parsed === undefined), 'tryParse and parseReference disagree')
    unlessRefused(ImageReferenceError, line.length, () => parseAnyReference(line))
    if (parsed === undefined) return
    const canonical = String(parsed)
    holds(String(parseReference(canonical)) === canonical, `${canonical} is not itself again`)
    holds(
      String(parseReference(familiarString(parsed))) === canonical,
      `${familiarString(parsed)} is not ${canonical} again`,
    )
    holds(parsed.path.length <= 255 && (parsed.tag ?? '').length <= 128, 'a part is too long')
    holds(withDefaultTag(parsed).tag !== undefined || parsed.digest !== undefined, 'no default tag')
  },
}

export const pattern: Target = {
  name: 'pattern',
  generate: (random) =>
    bytesOf(
      Array.from({ length: random.below(12) }, () =>
        random.pick(['alpine', 'a', '*', '**', '?', '[a-z]', '[^x]', '\\', '\\*', ':', '3', '.', '/', '[', ']', '-']),
      ).join(''),
    ),
  words: ['*', '?', '[', ']', '[^', '-', '\\', 'alpine', ':3.20'],
  check(input) {
    const text = textOf(input)
    const one = parseReference('alpine:3.20')
    const matched = unlessRefused(ImageReferenceError, text.length, () => matches(one, text))
    if (matched === true && !/[*?[\\]/.test(text))
      holds(text === 'alpine' || text === 'alpine:3.20', 'a pattern without wildcards matches another text')
  },
}
