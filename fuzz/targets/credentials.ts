import { CredentialError } from '@lading/credentials'
import { decodeEntry } from '../../packages/credentials/src/config/decode-entry.ts'
import { keysFor } from '../../packages/credentials/src/config/find-entry.ts'
import { parseConfig } from '../../packages/credentials/src/config/parse-config.ts'
import { parseNetrc } from '../../packages/credentials/src/config/parse-netrc.ts'
import { removeEntry, setEntry } from '../../packages/credentials/src/store/edit-auths.ts'
import { bytesOf, textOf } from '../encoding.ts'
import { type Json, writeJson } from '../generate/json.ts'
import type { Random } from '../random.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const hosts = [
  'https://index.docker.io/v1/',
  'docker.io',
  'ghcr.io',
  'https://ghcr.io/v1/',
  'GHCR.IO',
  'ghcr.io/acme',
  'localhost:5000',
  '[::1]:5000',
  'user:pass@ghcr.io',
  '__proto__',
  'constructor',
  '',
  '//',
  '\u212A.test',
]
const texts = ['YW5uOnNlY3JldA==', 'YW5uOnNlY3JldA', 'YW5u', 'Og==', '!!!!', '', '<token>', 'ann', 'a:b', 'x\r\ny']

function entry(random: Random): Json {
  if (random.once(6)) return random.pick<Json>([null, 5, true, 'x', [], {}])
  return Object.fromEntries(
    Array.from({ length: random.below(4) }, () => [
      random.pick(['auth', 'Auth', 'username', 'password', 'identitytoken', 'registrytoken', 'email']),
      random.once(8) ? random.pick<Json>([null, 5, []]) : random.pick(texts),
    ]),
  )
}

const named = (random: Random, value: () => Json): Json =>
  Object.fromEntries(Array.from({ length: random.below(5) }, () => [random.pick(hosts), value()]))

function config(random: Random): Json {
  const members: readonly (readonly [string, () => Json])[] = [
    ['auths', () => named(random, () => entry(random))],
    ['credHelpers', () => named(random, () => random.pick(['pass', '', '../evil']))],
    ['credsStore', () => random.pick<Json>(['desktop', '', null, 5])],
    ['HttpHeaders', () => named(random, () => 'x')],
    ['proxies', () => named(random, () => ({ httpProxy: 'http://u:p@proxy:3128' }))],
    ['detachKeys', () => 'ctrl-e'],
  ]
  return Object.fromEntries(
    Array.from({ length: random.below(6) }, () => random.pick(members)).map(([name, make]) => [
      random.once(12) ? name.toUpperCase() : name,
      make(),
    ]),
  )
}

export const dockerConfig: Target = {
  name: 'docker-config',
  generate: (random) => bytesOf(writeJson(config(random), random)),
  words: [
    '{',
    '}',
    ':',
    ',',
    '"',
    '"auths":',
    '"credHelpers":',
    '"auth":',
    '"https://index.docker.io/v1/"',
    'YW5uOnNlY3JldA==',
    '\\u0000',
    '\ufeff',
    'null',
  ],
  check(input) {
    const text = textOf(input)
    const read = unlessRefused(CredentialError, text.length, () => parseConfig(text, 'config.json'))
    if (read === undefined) return
    const {
      config: { auths },
      document,
    } = read
    for (const key of auths.keys())
      unlessRefused(CredentialError, text.length, () =>
        decodeEntry(document, auths.get(key) ?? { node: document.root, path: '' }),
      )
    for (const host of ['docker.io', 'ghcr.io']) {
      for (const rules of ['docker', 'containers'] as const)
        holds(
          keysFor(auths.keys(), { host, repository: 'acme/app' }, rules).every((key) => auths.has(key)),
          'a key that the document does not have',
        )
    }
    if (auths.has('x.test')) return
    const added = unlessRefused(CredentialError, text.length, () =>
      setEntry(text, 'x.test', { auth: 'YTpi' }, 'config.json'),
    )
    if (added === undefined) return
    holds(parseConfig(added, 'config.json').config.auths.size === auths.size + 1, 'an edit that did not add one entry')
    holds(
      [...parseConfig(removeEntry(added, 'x.test', 'config.json'), 'config.json').config.auths.keys()].join('\n') ===
        [...auths.keys()].join('\n'),
      'an edit that cannot be undone',
    )
  },
}

const netrcPieces = [
  'machine ',
  'default ',
  'login ',
  'password ',
  'account ',
  'macdef x\n',
  'ghcr.io ',
  'ann ',
  '"',
  '"a b" ',
  '\\',
  '# x\n',
  '\n',
  '\n\n',
  '\t',
  ' ',
  '\ufeff',
]

export const netrc: Target = {
  name: 'netrc',
  generate: (random) => bytesOf(Array.from({ length: random.below(16) }, () => random.pick(netrcPieces)).join('')),
  words: netrcPieces,
  check(input) {
    const text = textOf(input)
    const entries = unlessRefused(CredentialError, text.length, () => parseNetrc(text, '.netrc')) ?? []
    for (const { machine, login = '', password = '' } of entries)
      holds(machine.length + login.length + password.length <= text.length, 'words that the file does not have')
  },
}
