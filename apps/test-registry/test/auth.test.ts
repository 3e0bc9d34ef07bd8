import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { parseScope } from '../src/auth/scope.ts'
import { image, startTestRegistry, type AuthOptions, type AuthRule, type TestRegistry } from '../src/index.ts'
import { ask, askRaw, errorCode, json, type Answer } from './support/http.ts'

let registry: TestRegistry
afterEach(() => registry.close())

const start = async (auth: AuthOptions): Promise<void> => {
  registry = await startTestRegistry({
    auth,
    images: [image('t/app:1').layer({ a: 'b' }), image('t/other:1').layer({ a: 'b' })],
  })
}
const basic = (text: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
})
const bearer = (token: unknown): Record<string, string> => ({ authorization: `Bearer ${String(token)}` })
const manifest = (
  headers: Record<string, string> = {},
  how: { method?: string; name?: string } = {},
): Promise<Answer> => ask(`${registry.url}/v2/${how.name ?? 't/app'}/manifests/1`, { headers, method: how.method })
const token = (query: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${registry.url}/token?${query}`, { headers })
const pull = 'service=test-registry&scope=repository:t/app:pull'
const post = (form: Record<string, string> | [string, string][]): Promise<Answer> =>
  ask(`${registry.url}/token`, { method: 'POST', body: new URLSearchParams(form).toString() })

describe('basic', () => {
  test('the right user comes in, nobody else, and the challenge says how', async () => {
    await start({ kind: 'basic', username: 'alice', password: 'se:cret' })
    const stranger = await manifest()
    expect([stranger.status, stranger.headers['www-authenticate'], errorCode(stranger)]).toEqual([
      401,
      'Basic realm="test registry"',
      'UNAUTHORIZED',
    ])
    expect((await manifest(basic('alice:wrong'))).status).toBe(401)
    expect((await manifest(basic('bob:se:cret'))).status).toBe(401)
    expect((await manifest(basic('alice:se:cret'))).status).toBe(200)
    expect((await ask(`${registry.url}/v2/`)).status).toBe(401)
  })
})

describe('bearer', () => {
  test('a stranger may pull where no user is named, and not push', async () => {
    await start({ kind: 'bearer' })
    const challenge = (await manifest()).headers['www-authenticate']
    expect(challenge).toBe(`Bearer realm="${registry.url}/token",service="test-registry",scope="repository:t/app:pull"`)
    const answer = json(await token(`${pull},push`))
    expect(answer).toMatchObject({ expires_in: 300, issued_at: expect.stringMatching(/^\d{4}-.*Z$/) })
    expect((await manifest(bearer(answer['token']))).status).toBe(200)
    const push = await manifest(bearer(answer['token']), { method: 'PUT' })
    expect([push.status, push.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('error="insufficient_scope"'),
    ])
  })

  test('a token is good for the repositories of its scopes alone', async () => {
    await start({ kind: 'bearer' })
    const one = json(await token(pull))['token']
    expect((await manifest(bearer(one), { name: 't/other' })).status).toBe(401)
    const both = json(await token(`${pull}&scope=repository:t/other:pull`))['token']
    expect((await manifest(bearer(both), { name: 't/other' })).status).toBe(200)
    expect((await manifest(bearer(both))).status).toBe(200)
    expect((await manifest(bearer('made-up'))).headers['www-authenticate']).toContain('error="invalid_token"')
  })

  test('with a user a stranger gets a token that opens nothing, and a wrong password none', async () => {
    await start({ kind: 'bearer', username: 'alice', password: 'secret' })
    expect((await manifest(bearer(json(await token(pull))['token']))).status).toBe(401)
    expect((await token(pull, basic('alice:wrong'))).status).toBe(401)
    expect((await manifest(bearer(json(await token(pull, basic('alice:secret')))['token']))).status).toBe(200)
  })

  test('a token expires by the clock', async () => {
    await start({ kind: 'bearer', expiresInSeconds: 60 })
    const good = bearer(json(await token(pull))['token'])
    registry.clock.advance(50_000)
    expect((await manifest(good)).status).toBe(200)
    registry.clock.advance(10_000)
    expect((await manifest(good)).headers['www-authenticate']).toContain('error="invalid_token"')
  })

  test('a token without expires_in lives for the 60 seconds of the spec', async () => {
    await start({ kind: 'bearer', expiresInSeconds: null })
    const answer = json(await token(pull))
    expect(Object.keys(answer)).toEqual(['token'])
    registry.clock.advance(59_000)
    expect((await manifest(bearer(answer['token']))).status).toBe(200)
    registry.clock.advance(1000)
    expect((await manifest(bearer(answer['token']))).status).toBe(401)
  })

  test('a token expires after so many requests, on command, and by a fault', async () => {
    await start({ kind: 'bearer', expiresAfterRequests: 2 })
    const counted = bearer(json(await token(pull))['token'])
    expect([
      (await manifest(counted)).status,
      (await manifest(counted)).status,
      (await manifest(counted)).status,
    ]).toEqual([200, 200, 401])
    const voided = bearer(json(await token(pull))['token'])
    registry.expireTokens()
    expect((await manifest(voided)).status).toBe(401)
    registry.addFault({ on: 'manifest', nth: 1, then: 'expire-token' })
    const faulted = bearer(json(await token(pull))['token'])
    const first = await manifest(faulted)
    expect([first.status, first.headers['www-authenticate']]).toEqual([401, expect.stringContaining('realm=')])
    expect((await manifest(faulted)).status).toBe(401)
    expect((await manifest(bearer(json(await token(pull))['token']))).status).toBe(200)
  })

  test('OAuth2 POST with password and with refresh token', async () => {
    await start({ kind: 'bearer', username: 'alice', password: 'secret', identityToken: 'refresh-1' })
    const form = { service: 'test-registry', client_id: 'test', scope: 'repository:t/app:pull repository:t/other:pull' }
    const byPassword = json(
      await post({ ...form, grant_type: 'password', username: 'alice', password: 'secret', access_type: 'offline' }),
    )
    expect(byPassword).toMatchObject({
      refresh_token: 'refresh-1',
      scope: 'repository:t/app:pull repository:t/other:pull',
    })
    expect((await manifest(bearer(byPassword['access_token']), { name: 't/other' })).status).toBe(200)
    const byRefresh = json(await post({ ...form, grant_type: 'refresh_token', refresh_token: 'refresh-1' }))
    expect((await manifest(bearer(byRefresh['access_token']))).status).toBe(200)
    expect((await post({ ...form, grant_type: 'refresh_token', refresh_token: 'other' })).status).toBe(401)
    expect((await post({ grant_type: 'password', service: 'x' })).status).toBe(400)
    expect((await post({ ...form, grant_type: 'password', username: 'x'.repeat(70_000) })).status).toBe(413)
  })

  test('an old token endpoint answers POST with 404', async () => {
    await start({ kind: 'bearer', oauth: false })
    expect((await post({ grant_type: 'password', service: 'x', client_id: 'y' })).status).toBe(404)
  })

  test('scopes in a form may each have a member of their own, as skopeo and podman write them', async () => {
    await start({ kind: 'bearer', username: 'alice', password: 'secret' })
    const form = {
      grant_type: 'password',
      username: 'alice',
      password: 'secret',
      service: 'test-registry',
      client_id: 'test',
    }
    const scopes = ['repository:t/app:pull', 'repository:t/other:pull']
    const answer = await post([...Object.entries(form), ...scopes.map((scope): [string, string] => ['scope', scope])])
    expect(json(answer)).toMatchObject({ scope: scopes.join(' ') })
  })

  test('the member that carries the token, and a challenge without scope', async () => {
    await start({ kind: 'bearer', tokenMember: 'access_token', challengeScope: false })
    expect(Object.keys(json(await token(pull)))).toEqual(['access_token', 'expires_in', 'issued_at'])
    expect((await manifest()).headers['www-authenticate']).not.toContain('scope=')
  })

  test('the realm may be at the second origin, or anywhere', async () => {
    await start({ kind: 'bearer', realm: 'cdn' })
    expect((await manifest()).headers['www-authenticate']).toContain(`realm="${registry.cdn.url}/token"`)
    const elsewhere = json(await ask(`${registry.cdn.url}/token?${pull}`))
    expect((await manifest(bearer(elsewhere['token']))).status).toBe(200)
    expect(registry.journal.requests({ kind: 'token', origin: 'cdn' })).toHaveLength(1)
    await registry.close()
    await start({ kind: 'bearer', realm: 'http://169.254.169.254/token' })
    expect((await manifest()).headers['www-authenticate']).toContain('realm="http://169.254.169.254/token"')
  })

  test('faults do not count requests that are turned away, unless told to', async () => {
    await start({ kind: 'bearer' })
    registry.addFault({ on: 'manifest', nth: 1, then: { status: 503 } })
    expect((await manifest()).status).toBe(401)
    expect((await manifest(bearer(json(await token(pull))['token']))).status).toBe(503)
    registry.addFault({ on: 'manifest', unauthorized: true, then: { status: 403 } })
    expect((await manifest()).status).toBe(403)
  })

  test('the journal keeps the scheme of a credential and nothing else of it', async () => {
    await start({ kind: 'bearer' })
    const secret = String(json(await token(pull))['token'])
    await manifest(bearer(secret))
    expect(registry.journal.requests({ kind: 'manifest' }).map(({ authorization }) => authorization)).toEqual([
      'bearer',
    ])
    await token(pull, basic('alice:canary'))
    expect(JSON.stringify(registry.journal.entries)).not.toContain(secret)
    expect(JSON.stringify(registry.journal.entries)).not.toContain(Buffer.from('alice:canary').toString('base64'))
  })
})

describe('rules by repository', () => {
  const rules: readonly AuthRule[] = [
    { kind: 'basic', username: 'alice', password: 'secret', repositories: 't/app' },
    { kind: 'bearer', username: 'bob', password: 'secret', service: 'one', repositories: ['team/*'] },
    { kind: 'bearer', service: 'two', repositories: 't/*' },
  ]
  const mixed = async (): Promise<void> => {
    registry = await startTestRegistry({
      auth: rules,
      images: ['t/app:1', 't/other:1', 'team/app:1', 'open:1'].map((name) => image(name).layer({ a: 'b' })),
    })
  }

  test('the first that fits holds, and where none fits everybody comes in', async () => {
    await mixed()
    expect((await manifest()).headers['www-authenticate']).toBe('Basic realm="test registry"')
    expect((await manifest({}, { name: 'team/app' })).headers['www-authenticate']).toContain(
      'service="one",scope="repository:team/app:pull"',
    )
    expect((await manifest({}, { name: 't/other' })).headers['www-authenticate']).toContain('service="two"')
    expect((await manifest({}, { name: 'open' })).status).toBe(200)
    expect((await ask(`${registry.url}/v2/`)).status).toBe(200)
    expect((await manifest(basic('alice:secret'))).status).toBe(200)
    expect((await manifest(basic('alice:secret'), { name: 'team/app' })).status).toBe(401)
  })

  test('one token endpoint serves them all, and a token is good where it was asked for', async () => {
    await mixed()
    expect((await token('service=one&scope=repository:team/app:pull', basic('alice:secret'))).status).toBe(401)
    const one = json(await token('service=one&scope=repository:team/app:pull', basic('bob:secret')))['token']
    const two = json(await token('service=two&scope=repository:t/other:pull'))['token']
    expect((await manifest(bearer(one), { name: 'team/app' })).status).toBe(200)
    expect((await manifest(bearer(two), { name: 't/other' })).status).toBe(200)
    expect((await manifest(bearer(two), { name: 'team/app' })).headers['www-authenticate']).toContain(
      'error="invalid_token"',
    )
  })

  test('a mount is no way around them', async () => {
    await mixed()
    const [layer] = registry.repository('t/app').blobs()
    const mounted = await ask(`${registry.url}/v2/open/blobs/uploads/?mount=${layer}&from=t/app`, { method: 'POST' })
    expect(mounted.status).toBe(202)
    const secret = registry.repository('t/app').putBlob('only here')
    expect((await ask(`${registry.url}/v2/open/blobs/uploads/?mount=${secret}`, { method: 'POST' })).status).toBe(202)
    expect(
      (
        await ask(`${registry.url}/v2/open/blobs/uploads/?mount=${secret}&from=t/app`, {
          method: 'POST',
          headers: basic('alice:secret'),
        })
      ).status,
    ).toBe(201)
  })
})

describe('several ways in', () => {
  const schemes = [
    { kind: 'bearer', username: 'alice', password: 'secret' },
    { kind: 'basic', username: 'alice', password: 'secret' },
  ] as const

  test('are named in one header, or each in its own', async () => {
    await start({ kind: 'several', schemes })
    const expected = `Bearer realm="${registry.url}/token",service="test-registry",scope="repository:t/app:pull", Basic realm="test registry"`
    expect((await manifest()).headers['www-authenticate']).toBe(expected)
    expect((await manifest(basic('alice:secret'))).status).toBe(200)
    expect((await manifest(bearer(json(await token(pull, basic('alice:secret')))['token']))).status).toBe(200)
    expect((await manifest(basic('alice:wrong'))).status).toBe(401)
    await registry.close()
    await start({ kind: 'several', schemes, header: 'each' })
    const raw = await askRaw(registry.port, 'GET /v2/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    expect(raw.match(/^www-authenticate: \w+/gim)).toEqual(['www-authenticate: Bearer', 'www-authenticate: Basic'])
  })
})

describe('tokens of other kinds', () => {
  test('an identity token that rotates is void once used', async () => {
    await start({ kind: 'bearer', identityToken: 'first', identityTokenRotates: true })
    const form = {
      grant_type: 'refresh_token',
      service: 'test-registry',
      client_id: 'test',
      scope: 'repository:t/app:pull',
    }
    const second = json(await post({ ...form, refresh_token: 'first' }))
    expect((await manifest(bearer(second['access_token']))).status).toBe(200)
    expect((await post({ ...form, refresh_token: 'first' })).status).toBe(401)
    const third = json(await post({ ...form, refresh_token: String(second['refresh_token']) }))
    expect(third['refresh_token']).not.toBe(second['refresh_token'])
  })

  test('a registry token needs no endpoint', async () => {
    await start({ kind: 'bearer', username: 'alice', password: 'secret', registryToken: 'ready' })
    expect((await manifest(bearer('ready'))).status).toBe(200)
    expect((await manifest(bearer('read'))).status).toBe(401)
  })

  test('an endpoint of another path, and one that refuses POST its own way', async () => {
    await start({ kind: 'bearer', tokenPath: '/v2/auth', oauth: 405 })
    expect((await manifest()).headers['www-authenticate']).toContain(`realm="${registry.url}/v2/auth"`)
    expect(json(await ask(`${registry.url}/v2/auth?${pull}`))).toHaveProperty('token')
    expect((await ask(`${registry.url}/v2/auth`, { method: 'POST', body: 'grant_type=password' })).status).toBe(405)
    expect((await ask(`${registry.url}/token?${pull}`)).status).toBe(404)
  })

  test('a token that counts requests does not count what a mount looks at', async () => {
    await start({ kind: 'bearer', anonymous: 'everything', expiresAfterRequests: 2 })
    const both = bearer(json(await token('scope=repository:t/app:pull,push&scope=repository:t/other:pull'))['token'])
    const blob = registry.repository('t/other').putBlob('elsewhere')
    expect(
      (
        await ask(`${registry.url}/v2/t/app/blobs/uploads/?mount=${blob}&from=t/other`, {
          method: 'POST',
          headers: both,
        })
      ).status,
    ).toBe(201)
    expect((await manifest(both)).status).toBe(200)
    expect((await manifest(both)).status).toBe(401)
  })
})

describe('scopes', () => {
  test('a name may hold a colon', async () => {
    await start({ kind: 'none' })
    expect(parseScope('repository:host:5000/a/b:pull,push')).toEqual({
      type: 'repository',
      name: 'host:5000/a/b',
      actions: ['pull', 'push'],
    })
    expect(parseScope('repository(plugin):a:pull')).toEqual({ type: 'repository', name: 'a', actions: ['pull'] })
    expect(parseScope('registry:catalog:*')).toEqual({ type: 'registry', name: 'catalog', actions: ['*'] })
    fc.assert(fc.property(fc.string(), (text) => parseScope(text) === undefined || text.includes(':')))
  })
})
