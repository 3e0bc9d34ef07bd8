import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseChallenges } from '../src/index.ts'

const plain = (header: string | null): unknown =>
  parseChallenges(header).map(({ scheme, parameters }) => ({ scheme, ...Object.fromEntries(parameters) }))

describe('a WWW-Authenticate header', () => {
  it.each<[string, string | null, unknown]>([
    ['none', null, []],
    ['blank', '  ', []],
    [
      "docker's own vector",
      String.raw`Bearer realm="https://auth.example.com/token",service="registry.example.com",other=fun,slashed="he\"\l\lo"`,
      [
        {
          scheme: 'bearer',
          realm: 'https://auth.example.com/token',
          service: 'registry.example.com',
          other: 'fun',
          slashed: 'he"llo',
        },
      ],
    ],
    [
      'commas inside quotes',
      'Bearer realm="https://a/t",scope="repository:a/b:pull,push"',
      [{ scheme: 'bearer', realm: 'https://a/t', scope: 'repository:a/b:pull,push' }],
    ],
    [
      'two challenges in one line',
      'Basic realm="x", Bearer realm="https://a/t",service=s',
      [
        { scheme: 'basic', realm: 'x' },
        { scheme: 'bearer', realm: 'https://a/t', service: 's' },
      ],
    ],
    [
      'bearer before basic',
      'Bearer realm="https://a/t", Basic realm="x"',
      [
        { scheme: 'bearer', realm: 'https://a/t' },
        { scheme: 'basic', realm: 'x' },
      ],
    ],
    [
      'a scheme without parameters',
      'Negotiate, Basic realm=x',
      [{ scheme: 'negotiate' }, { scheme: 'basic', realm: 'x' }],
    ],
    [
      'values that nobody quoted',
      'Bearer realm=https://a/t?x=y,service=s/1 , scope=repository:a/b:pull',
      [{ scheme: 'bearer', realm: 'https://a/t?x=y', service: 's/1', scope: 'repository:a/b:pull' }],
    ],
    ['upper case', 'BEARER REALM="https://a/t"', [{ scheme: 'bearer', realm: 'https://a/t' }]],
    [
      'blanks around the equals sign',
      'Bearer realm = "https://a/t" , service = s',
      [{ scheme: 'bearer', realm: 'https://a/t', service: 's' }],
    ],
    [
      'a realm twice: the first counts',
      'Bearer realm="https://a/t",realm="https://evil/t"',
      [{ scheme: 'bearer', realm: 'https://a/t' }],
    ],
    [
      'an unclosed quote',
      'Bearer service=s,realm="https://a/t',
      [{ scheme: 'bearer', service: 's', realm: 'https://a/t' }],
    ],
    ['an empty value', 'Bearer realm=,service=s', [{ scheme: 'bearer', realm: '', service: 's' }]],
    [
      'rubbish between',
      'Bearer realm="https://a/t" ???, service=s',
      [{ scheme: 'bearer', realm: 'https://a/t', service: 's' }],
    ],
    ['a parameter before any scheme', 'realm="x", Basic realm="y"', [{ scheme: 'basic', realm: 'y' }]],
    ['empty list members', ',, ,Basic realm=x,,', [{ scheme: 'basic', realm: 'x' }]],
    ['a token68', 'Negotiate dG9rZQ==, Basic realm=x', [{ scheme: 'negotiate' }, { scheme: 'basic', realm: 'x' }]],
    [
      'a token68 with every letter it may have',
      'Negotiate a1-._~+/=, Bearer realm="https://a/t"',
      [{ scheme: 'negotiate' }, { scheme: 'bearer', realm: 'https://a/t' }],
    ],
    [
      'a token68 that looks like a scheme',
      'Negotiate Bearer, Basic realm=x',
      [{ scheme: 'negotiate' }, { scheme: 'basic', realm: 'x' }],
    ],
  ])('%s', (_what, header, expected) => {
    expect(plain(header)).toEqual(expected)
  })

  it.each(['dG9rZW4==', 'a/b=', 'abc', 'a1-._~+/'])('has the token68 %s', (token68) => {
    expect(parseChallenges(`Basic realm=x, Negotiate ${token68} , Basic realm=y`)[1]).toEqual({
      scheme: 'negotiate',
      parameters: new Map(),
      token68,
    })
  })

  it('is read back as it was written', () => {
    const token = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
    const value = fc.string({ minLength: 0, maxLength: 20 })
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            token,
            fc.uniqueArray(fc.tuple(token, value), { minLength: 1, maxLength: 4, selector: ([key]) => key }),
          ),
          { maxLength: 4 },
        ),
        (written) => {
          const header = written
            .map(
              ([scheme, parameters]) =>
                `${scheme} ${parameters.map(([key, text]) => `${key}="${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(', ')}`,
            )
            .join(', ')
          expect(parseChallenges(header).map(({ scheme, parameters }) => [scheme, [...parameters]])).toEqual(written)
        },
      ),
    )
  })

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', '\\', ',', '=', ' ', 'a', 'Bearer ') })),
        (text) => {
          expect(parseChallenges(text).every(({ scheme }) => scheme !== '')).toBe(true)
        },
      ),
    )
  })

  it.each(['"', '\\', ',', '=', 'a=', 'a="', 'Bearer a="b\\', 'x ', 'x a/', 'a', '/'])(
    'is bounded for a megabyte of %j',
    (unit) => {
      const challenges = parseChallenges(unit.repeat(1_000_000 / unit.length))
      expect(challenges.length).toBeLessThanOrEqual(32)
      expect(challenges.flatMap(({ parameters }) => [...parameters.values()]).join('').length).toBeLessThanOrEqual(
        64 * 1024,
      )
    },
  )
})
