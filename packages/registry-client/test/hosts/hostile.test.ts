import fc from 'fast-check'
import { isLadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import { describe, expect, it } from 'vitest'
import { parseDaemonJson } from '../../src/hosts/parse-daemon-json.ts'
import { parseHostsToml } from '../../src/hosts/parse-hosts-toml.ts'
import { parseRegistriesConf } from '../../src/hosts/parse-registries-conf.ts'
import { findRegistry, registryEndpoints } from '../../src/hosts/registries-conf-endpoints.ts'

/** A value of a member, right or wrong, as TOML has it. */
const value = fc.oneof(
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom(
    'true',
    'false',
    '5',
    '1e400',
    '-0',
    '99999999999999999999',
    '[]',
    '{}',
    '1979-05-27T07:32:00Z',
    '["pull", "resolve"]',
    '[["a", "b"]]',
    '"https://m.example/v2"',
    '"docker.io"',
    '"*.example.com"',
    '"a.example/b/../c"',
    '{ x = "y" }',
    "'''\n'''",
    'nan',
  ),
)
const names = [
  'server',
  'capabilities',
  'ca',
  'client',
  'skip_verify',
  'header',
  'override_path',
  'dial_timeout',
  'proxy',
  'prefix',
  'location',
  'insecure',
  'blocked',
  'pull-from-mirror',
  'mirror-by-digest-only',
  'mirror',
  'registries',
  'host',
  '__proto__',
  'constructor',
  '"a\\u0000b"',
]
const openings = [
  '[[registry]]',
  '[[registry.mirror]]',
  '[host."https://m.example"]',
  '[host."https://m.example".header]',
  '[host.__proto__]',
  '[registry]',
  '[aliases]',
  '[host."\\u202e"]',
]
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => `${name} = ${text}`) },
  { weight: 3, arbitrary: fc.constantFrom(...openings) },
  { weight: 1, arbitrary: fc.string() },
)
const toml = fc.oneof(
  fc.string(),
  fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n')),
)

/** What it gives, or `undefined` for an error of ours that shows its file and no control character. */
function orTyped<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    const shown =
      isLadingError(error) &&
      error.name === 'HostsError' &&
      error.facts.path === '/etc/file' &&
      // oxlint-disable-next-line no-control-regex
      !/[\u0000-\u001f\u007f-\u009f\u202e]/.test(error.message)
    if (!shown) throw error
    return undefined
  }
}

describe('whatever is in a file', () => {
  it('a hosts.toml is understood or refused with a typed error', () => {
    fc.assert(
      fc.property(toml, (text) => {
        const read = orTyped(() => parseHostsToml(text, '/etc/file'))
        const tables = read === undefined ? [] : [read.server, ...read.hosts]
        expect(tables.filter(({ at }) => at !== undefined && new URL(at.url).host !== at.host)).toEqual([])
        // `Headers` throws for what fits in no header.
        expect(tables.map(({ headers }) => new Headers(headers))).toHaveLength(tables.length)
      }),
    )
  })

  it('a registries.conf is understood or refused, and so is each name it makes', () => {
    const references = ['alpine', 'a.example/b/c:1', `x.example.com/y@sha256:${'0'.repeat(64)}`].map((text) =>
      parseReference(text),
    )
    fc.assert(
      fc.property(toml, fc.constantFrom(...references), (text, reference) => {
        const read = orTyped(() => parseRegistriesConf(text, '/etc/file'))
        const registry = read === undefined ? undefined : findRegistry(read.registries, reference)
        const answer =
          registry === undefined ? undefined : orTyped(() => registryEndpoints(registry, reference, () => false))
        expect(
          (answer?.endpoints ?? []).filter(({ url, host }) => new URL(url).host !== new URL(`https://${host}`).host),
        ).toEqual([])
      }),
    )
  })

  it('a daemon.json is understood or refused', () => {
    const members = fc.dictionary(
      fc.constantFrom('registry-mirrors', 'insecure-registries', '__proto__'),
      fc.oneof(
        fc.jsonValue(),
        fc.array(fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom('http://m.example', '10.0.0.0/8', 'a:b'))),
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          members.map((each) => JSON.stringify(each)),
        ),
        (text) => {
          const read = orTyped(() => parseDaemonJson(text, '/etc/file'))
          expect((read?.mirrors ?? []).filter(({ url, host }) => new URL(url).host !== host)).toEqual([])
          expect(typeof (read?.insecure('a.example:5000') ?? false)).toBe('boolean')
        },
      ),
    )
  })
})
