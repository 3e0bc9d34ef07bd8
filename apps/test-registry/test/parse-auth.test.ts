import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAuth } from '../src/auth/parse-auth.ts'
import { startTestRegistry, TestRegistryError } from '../src/index.ts'

const read = (value: unknown): unknown => parseAuth(JSON.stringify(value))

describe('authentication as JSON', () => {
  test.each([
    [{ kind: 'none' }],
    [{ kind: 'basic', username: 'a', password: 'b', realm: 'c' }],
    [
      {
        kind: 'bearer',
        username: 'a',
        password: 'b',
        identityToken: 'c',
        identityTokenRotates: true,
        registryToken: 'd',
        anonymous: 'pull',
        realm: 'cdn',
        tokenPath: '/t',
        service: 's',
        expiresInSeconds: null,
        expiresAfterRequests: 3,
        challengeScope: false,
        oauth: 405,
        tokenMember: 'both',
      },
    ],
    [{ kind: 'certificate', commonName: 'client' }],
    [
      {
        kind: 'several',
        schemes: [{ kind: 'bearer' }, { kind: 'basic', username: 'a', password: 'b' }],
        header: 'each',
      },
    ],
    [
      [
        { kind: 'none', repositories: ['public/*', 'demo'] },
        { kind: 'bearer', repositories: 'team/*' },
      ],
    ],
  ])('%j is read', (value) => {
    expect(read(value)).toEqual(value)
  })

  test.each<[unknown, string]>([
    [5, 'auth: not an object'],
    [{ kind: 'digest' }, 'auth.kind: not one of none, basic, bearer, certificate, several'],
    [{ kind: 'toString' }, 'auth.kind: not one of'],
    [{ kind: 'basic', username: 'a' }, "auth: 'basic' needs 'password'"],
    [{ kind: 'bearer', user: 'a' }, "auth: 'bearer' has no member 'user'"],
    [{ kind: 'bearer', expiresInSeconds: -1 }, 'auth.expiresInSeconds: not so: -1'],
    [{ kind: 'bearer', repositories: 'a' }, "auth: 'bearer' has no member 'repositories'"],
    [[{ kind: 'none' }, { kind: 'bearer', repositories: [5] }], 'auth[1].repositories: not so: [5]'],
    [{ kind: 'several', schemes: [{ kind: 'none' }] }, 'auth.schemes[0].kind: not one of basic, bearer, certificate'],
    [{ kind: 'none', '\u001b[31m': 1 }, "auth: 'none' has no member '\\x1b[31m'"],
  ])('%j is refused with its place', (value, message) => {
    expect(() => read(value)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining(message) as string }),
    )
  })

  test('no JSON is said to be none', () => {
    expect(() => parseAuth('{')).toThrow('the rules of authentication are not JSON')
  })

  test('any JSON is refused clearly, or starts a registry', async () => {
    const member = fc.constantFrom(
      'kind',
      'username',
      'password',
      'schemes',
      'repositories',
      'expiresInSeconds',
      'oauth',
      'header',
    )
    const value = fc.oneof(
      fc.constantFrom('none', 'basic', 'bearer', 'several', 'one'),
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(fc.record({ kind: fc.constantFrom('basic', 'bearer') }), { maxLength: 2 }),
    )
    const rule = fc.dictionary(member, value)
    const holds = fc.assert(
      fc.asyncProperty(fc.oneof(rule, fc.array(rule, { maxLength: 3 })), async (given) => {
        try {
          await using registry = await startTestRegistry({ auth: parseAuth(JSON.stringify(given)) })
          return registry.port > 0
        } catch (error) {
          return error instanceof TestRegistryError && error.code === 'OPTION_INVALID'
        }
      }),
    )
    await expect(holds).resolves.toBeUndefined()
  })
})
