import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../src/config/parse-config.ts'
import { parseNetrc } from '../src/config/parse-netrc.ts'
import { removeMember, setMember } from '../src/json/edit-json.ts'
import { parseJson, type JsonNode } from '../src/json/parse-json.ts'
import { CredentialError, dockerAuthConfig } from '../src/index.ts'
import { parseHostKey } from '../src/host.ts'
import { base64, basic } from './support/home.ts'

const fail = (offset: number, why: string): never => {
  throw new SyntaxError(`${why} at ${offset}`)
}
const refusalOf = (act: () => unknown): unknown => {
  try {
    act()
    return undefined
  } catch (error) {
    return error
  }
}
const accepts = (parse: (text: string) => unknown, text: string): boolean => refusalOf(() => parse(text)) === undefined
const valueOf = (text: string, node: JsonNode): unknown => {
  if (node.kind === 'object')
    return Object.fromEntries(node.members.map(({ key, value }) => [key, valueOf(text, value)]))
  if (node.kind === 'array') return node.items.map((item) => valueOf(text, item))
  return JSON.parse(text.slice(node.start, node.end))
}
/** Texts near JSON: real ones with a piece cut out, put in or doubled. */
const nearJson = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.nat(),
    fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', '\\', '0', '-', '.', 'e', 'null', '\u0001', ' '),
  )
  .map(([text, from, to, put]) => {
    const [start, end] = [from % (text.length + 1), to % (text.length + 1)].toSorted((a, b) => a - b)
    return text.slice(0, start) + put + text.slice(end)
  })
const hostile = fc.oneof(
  fc.constantFrom(
    null,
    5,
    true,
    'x',
    [],
    {},
    { auth: 5 },
    { auth: '!' },
    { auth: base64('CANARY:') },
    { username: 'CANARY' },
    { identitytoken: ['CANARY'] },
  ),
  fc.jsonValue(),
)
const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'ghcr.io',
    'https://ghcr.io/v1/',
    'GHCR.IO',
    '//',
    '@',
    'https://',
  ),
  fc.string(),
)

describe('parseJson', () => {
  it('accepts what JSON.parse accepts, with the same value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(valueOf(text, parseJson(text, fail))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('refuses what JSON.parse refuses, and nothing else but members that come twice', () => {
    fc.assert(
      fc.property(nearJson, (text) => {
        const refusal = refusalOf(() => parseJson(text, fail)) as Error | undefined
        fc.pre(refusal?.message.startsWith('a member is there twice') !== true)
        expect(refusal === undefined).toBe(accepts(JSON.parse, text))
      }),
    )
  })
})

describe('a configuration of any shape', () => {
  it('is read or refused by a CredentialError', async () => {
    const config = fc.dictionary(
      fc.oneof(fc.constantFrom('auths', 'credHelpers', 'HttpHeaders', 'proxies', 'AUTHS'), key),
      fc.oneof(fc.dictionary(key, hostile), hostile),
    )
    await fc.assert(
      fc.asyncProperty(config, async (value) => {
        delete value['credHelpers']
        const env = { DOCKER_AUTH_CONFIG: JSON.stringify(value), PATH: '' }
        const outcome: unknown = await dockerAuthConfig({ env })({ host: 'ghcr.io' }).catch((error: unknown) => error)
        expect(outcome).toSatisfy(
          (each) =>
            !(each instanceof Error) || (each instanceof CredentialError && !JSON.stringify(each).includes('CANARY')),
        )
      }),
    )
  })

  it('gives back what an honest entry holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1 }).filter((name) => !name.includes(':') && name !== '<token>'),
        fc.string().filter((text) => !text.endsWith('\0')),
        async (username, password) => {
          const env = {
            DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': { auth: base64(`${username}:${password}`) } } }),
          }
          expect(await dockerAuthConfig({ env })({ host: 'ghcr.io' })).toEqual(
            basic(Buffer.from(username).toString(), Buffer.from(password).toString()),
          )
        },
      ),
    )
  })
})

describe('editing', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }))
  const document = fc
    .tuple(object, fc.option(object), fc.constantFrom(undefined, 2, '\t', 4))
    .map(([rest, auths, indent]) => ({ value: auths === null ? rest : { ...rest, auths }, indent }))
  // Not `Object.entries(…)` with plain objects: `__proto__` is a member like any other.
  const members = (text: string): unknown => valueOf(text, parseJson(text, fail))

  it('sets one member and changes no other', () => {
    fc.assert(
      fc.property(document, fc.string(), ({ value, indent }, name) => {
        fc.pre(
          !('auths' in value) ||
            (typeof value.auths === 'object' && value.auths !== null && !Array.isArray(value.auths)),
        )
        fc.pre(name !== '__proto__' && !Object.hasOwn(value, '__proto__'))
        const text = JSON.stringify(value, undefined, indent)
        const edited = setMember(text, ['auths', name], { auth: 'x' }, fail)
        // JSON has no -0.
        const before = JSON.parse(text) as { auths?: object }
        const auths = before.auths ?? {}
        expect(members(edited)).toEqual({ ...before, auths: { ...auths, [name]: { auth: 'x' } } })
      }),
    )
  })

  it('takes out again what it put in', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }),
        fc.constantFrom(undefined, 2, '\t'),
        fc.string(),
        (auths, indent, name) => {
          fc.pre(!Object.hasOwn(auths, name))
          const text = JSON.stringify({ a: 1, auths, z: 2 }, undefined, indent)
          expect(removeMember(setMember(text, ['auths', name], { auth: 'x' }, fail), ['auths', name], fail)).toBe(text)
        },
      ),
    )
  })
})

describe('other parsers', () => {
  it('netrc: any text is read or refused by a CredentialError', () => {
    const words = fc
      .array(
        fc.constantFrom(
          'machine',
          'default',
          'login',
          'password',
          'macdef',
          'x',
          '"',
          '"a b"',
          '\\',
          '\n',
          '#',
          ' ',
          '\t',
        ),
        { maxLength: 30 },
      )
      .map((parts) => parts.join(' '))
    fc.assert(
      fc.property(fc.oneof(words, fc.string()), (text) => {
        expect(refusalOf(() => parseNetrc(text, 'netrc'))).toSatisfy(
          (error) => error === undefined || error instanceof CredentialError,
        )
      }),
    )
  })

  it('host keys: any text, and what is written for a host is found again', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseHostKey(text)
        expect(parseHostKey('https://x.test/v1/').host).toBe('x.test')
        expect(parseHostKey(`x.test/${text}`).host).toBe('x.test')
      }),
    )
  })

  it('huge input is read in linear work', () => {
    for (const text of [
      '"'.repeat(1e6),
      '['.repeat(1e6),
      `{"a":"${'\\n'.repeat(4e5)}"}`,
      '{"a":1,'.repeat(1e5),
      `[${'1,'.repeat(4e5)}1]`,
      '/'.repeat(1e6),
    ]) {
      accepts((each) => parseConfig(each, 'x'), text)
      accepts((each) => parseNetrc(each, 'x'), text)
      expect(parseHostKey(text).host.length).toBeLessThanOrEqual(text.length)
    }
  })
})
