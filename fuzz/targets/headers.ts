import { parseContentType, ManifestError } from '@lading/manifest'
import { parseChallenges } from '@lading/registry-client'
import { retryAfterOf } from '../../packages/registry-client/src/headers/retry-after.ts'
import { parseContentRange } from '../../packages/registry-client/src/headers/content-range.ts'
import { nextLink } from '../../packages/registry-client/src/headers/next-link.ts'
import { bytesOf, latin1Of } from '../encoding.ts'
import type { Random } from '../random.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const joined = (random: Random, most: number, pieces: readonly string[]): Uint8Array =>
  bytesOf(Array.from({ length: random.below(most) }, () => random.pick(pieces)).join(''))
const challengePieces = [
  'Bearer ',
  'Basic ',
  'Negotiate ',
  'realm=',
  'service=',
  'scope=',
  'error=',
  '"https://a.example/token"',
  '"repository:a/b:pull,push"',
  '"',
  '\\',
  '\\"',
  ',',
  ', ',
  '=',
  '==',
  ' ',
  '\t',
  'x',
  'dG9r',
]

export const wwwAuthenticate: Target = {
  name: 'www-authenticate',
  generate: (random) => joined(random, 16, challengePieces),
  words: challengePieces,
  check(input) {
    const header = latin1Of(input)
    const challenges = parseChallenges(header)
    holds(challenges.length <= 32, 'more than 32 challenges')
    for (const { scheme, parameters } of challenges) {
      holds(scheme !== '' && scheme === scheme.toLowerCase(), 'a scheme without a name, or in upper case')
      for (const [key, value] of parameters)
        holds(
          key === key.toLowerCase() && value.length <= header.length,
          'a parameter in upper case, or longer than the header',
        )
    }
  },
}

const linkPieces = [
  '<',
  '>',
  '</v2/a/tags/list?n=2&last=x>',
  '; rel=',
  'rel="next"',
  'rel=next',
  '"prev next"',
  'rel',
  'next',
  ';',
  ',',
  '"',
  '\\',
  '=',
  ' ',
  '<a,b>',
  'title="x, y"',
]

export const link: Target = {
  name: 'link',
  generate: (random) => joined(random, 14, linkPieces),
  words: linkPieces,
  check(input) {
    const header = latin1Of(input)
    const target = nextLink(header)
    holds(target === undefined || target === null || header.includes(target), 'a target that the header does not have')
  },
}

const digits = (random: Random): string =>
  random.pick([
    '0',
    '5',
    '9',
    '10',
    '9007199254740991',
    '9007199254740993',
    '99999999999999999999',
    '-1',
    '1.5',
    '',
    '*',
  ])

export const contentRange: Target = {
  name: 'content-range',
  generate: (random) =>
    bytesOf(
      `${random.pick(['bytes ', 'Bytes ', 'bytes=', 'items ', ''])}${digits(random)}-${digits(random)}/${digits(random)}`,
    ),
  words: ['bytes ', '-', '/', '*', ' ', '0', '9'.repeat(16)],
  check(input) {
    const range = parseContentRange(latin1Of(input))
    if (range === undefined) return
    const { first, last, total } = range
    holds(
      Number.isSafeInteger(first) &&
        Number.isSafeInteger(last) &&
        0 <= first &&
        first <= last &&
        (total === undefined || (Number.isSafeInteger(total) && last < total)),
      'a range that is none',
    )
  },
}

const dates = [
  'Tue, 24 Nov 2026 08:00:09 GMT',
  'Tuesday, 24-Nov-26 07:00:00 GMT',
  'Tue Nov 24 07:00:05 2026',
  'Sun, 31 Feb 2026 00:00:00 GMT',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  'Fri, 31 Dec 9999 23:59:60 GMT',
  '',
]

export const retryAfter: Target = {
  name: 'retry-after',
  generate: (random) => bytesOf(`${random.once(2) ? random.pick(dates) : digits(random)}\n${random.pick(dates)}`),
  words: [...dates, 'GMT', ',', ':', '-', '\n', '9'.repeat(400)],
  // Two headers: Retry-After in the first line, the server's Date in the rest.
  check(input) {
    const text = latin1Of(input)
    const at = text.indexOf('\n')
    const headers = new Map([
      ['retry-after', at === -1 ? text : text.slice(0, at)],
      ['date', at === -1 ? '' : text.slice(at + 1)],
    ])
    const ms = retryAfterOf({ get: (name) => headers.get(name) ?? null }, Date.UTC(2026, 10, 24, 8))
    holds(ms === undefined || (ms >= 0 && ms < 2 ** 31), `a wait of ${ms} ms`)
  },
}

const typePieces = [
  'application/json',
  'application/vnd.oci.image.index.v1+json',
  'a',
  '/',
  ';',
  '; charset=utf-8',
  '; a="x;y\\"z"',
  '"',
  '\\',
  '=',
  ',',
  ' ',
  '\t',
]

export const contentType: Target = {
  name: 'content-type',
  generate: (random) => joined(random, 10, typePieces),
  words: typePieces,
  check(input) {
    const header = latin1Of(input)
    const type = unlessRefused(ManifestError, header.length, () => parseContentType(header))
    holds(type === undefined || parseContentType(type) === type, 'a media type that is none when it is read again')
  },
}
