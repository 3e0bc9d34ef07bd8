import { describe, expect, it } from 'vitest'
import { image, startTestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { readToken } from '../src/auth/token-answer.ts'
import type { Credential, CredentialProvider } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type ScriptedServer } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'
import { virtualClock } from './support/virtual-clock.ts'

const basic: Credential = { kind: 'basic', username: 'ann', password: 'pass word' }
const giving =
  (credential: Credential): CredentialProvider =>
  () =>
    Promise.resolve(credential)
const app = (): ReturnType<typeof image> =>
  image('team/app:1').layer({ a: 'one' }).layer({ b: 'two' }).layer({ c: 'three' })

async function registryWith(auth: TestRegistryOptions['auth']): Promise<Awaited<ReturnType<typeof startTestRegistry>>> {
  return startTestRegistry({ auth, images: [app()] })
}

async function tokenServer(answer: string, status = 200): Promise<ScriptedServer> {
  const manifest = manifestOf()
  const registry = await serve((request, response) => {
    if (request.url?.startsWith('/token') === true)
      return bytes(response, status, answer, { 'content-type': 'application/json' })
    if (request.headers.authorization === undefined)
      return json(
        response,
        401,
        {},
        {
          'www-authenticate': `Bearer realm="${registry.origin}/token?own=1",service="a b&c",scope="repository:other:pull,push,delete registry:catalog:*"`,
        },
      )
    return bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
  })
  return registry
}

async function pair(tokenStatus = 200): Promise<{ readonly registry: ScriptedServer; readonly auth: ScriptedServer }> {
  const manifest = manifestOf()
  const auth = await serve(
    (_request, response) =>
      tokenStatus === 200
        ? json(response, 200, { token: 't' })
        : json(response, tokenStatus, { errors: [{ code: 'UNAUTHORIZED' }] }),
    { hostname: 'localhost' },
  )
  const registry = await serve((request, response) => {
    if (request.headers.authorization === undefined)
      return json(response, 401, {}, { 'www-authenticate': `Bearer realm="${auth.origin}/token",service=s` })
    return request.url?.endsWith('/secret') === true
      ? json(response, 404, {})
      : bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
  })
  return { registry, auth }
}

describe('credentials', () => {
  it.each<[string, TestRegistryOptions['auth'], Credential | undefined]>([
    ['nothing where nothing is asked', { kind: 'none' }, undefined],
    ['a password where basic is asked', { kind: 'basic', username: 'ann', password: 'pass word' }, basic],
    ['an anonymous token', { kind: 'bearer' }, undefined],
    ['a token for a password', { kind: 'bearer', username: 'ann', password: 'pass word' }, basic],
    [
      'a token for an identity',
      { kind: 'bearer', username: 'ann', password: 'x', identityToken: 'refresh-me' },
      { kind: 'identity', token: 'refresh-me' },
    ],
    ['an access_token', { kind: 'bearer', tokenMember: 'access_token' }, undefined],
    ['both members', { kind: 'bearer', tokenMember: 'both' }, undefined],
    ['no scope in the challenge', { kind: 'bearer', challengeScope: false }, undefined],
    ['no lifetime in the answer', { kind: 'bearer', expiresInSeconds: null }, undefined],
  ])('open the door: %s', async (_what, auth, credential) => {
    await using registry = await registryWith(auth)
    const { manifests } = clientOf({
      credentials: credential === undefined ? undefined : giving(credential),
    }).repository(`${registry.host}/team/app`)
    expect((await manifests.get('1')).manifest.kind).toBe('manifest')
  })

  it('are asked for again after they were refused, and after five minutes', async () => {
    await using registry = await registryWith({ kind: 'bearer', username: 'ann', password: 'pass word' })
    const clock = virtualClock()
    const given: (Credential | undefined)[] = [{ ...basic, password: 'old' }, undefined, basic]
    const asked: unknown[] = []
    const credentials: CredentialProvider = ({ rejected }) => {
      asked.push(rejected)
      return Promise.resolve(given.length > 1 ? given.shift() : given[0])
    }
    const { manifests } = clientOf({ clock, credentials }).repository(`${registry.host}/team/app`)
    expect(await failureOf(manifests.get('1'))).toMatchObject({ code: 'UNAUTHORIZED' })
    // Somebody logged in since.
    await manifests.get('1')
    await manifests.get('1')
    expect(asked).toEqual([undefined, { ...basic, password: 'old' }, undefined])
    clock.advance(5 * 60_000)
    await manifests.get('1')
    expect(asked).toHaveLength(4)
  })

  it('that nobody had are asked for again once the registry wants some', async () => {
    await using registry = await registryWith({ kind: 'basic', username: 'ann', password: 'pass word' })
    let login: Credential | undefined
    const { manifests } = clientOf({ credentials: () => Promise.resolve(login) }).repository(
      `${registry.host}/team/app`,
    )
    expect(await failureOf(manifests.get('1'))).toMatchObject({ code: 'UNAUTHORIZED' })
    login = basic
    expect((await manifests.get('1')).manifest.kind).toBe('manifest')
  })

  it('that a token server refuses are reported with what to do', async () => {
    await using registry = await registryWith({ kind: 'bearer', username: 'ann', password: 'other' })
    const error = await failureOf(
      clientOf({ credentials: giving(basic) })
        .repository(`${registry.host}/team/app`)
        .manifests.get('1'),
    )
    expect(error).toMatchObject({
      code: 'UNAUTHORIZED',
      hint: `check the user name and the password, or log in to ${registry.host} again`,
    })
  })

  it.each<[string, TestRegistryOptions['auth']]>([
    ['the registry', { kind: 'basic', username: 'ann', password: 'x' }],
    ['a token server', { kind: 'bearer', username: 'ann', password: 'x' }],
  ])('that %s refuses are told apart from those with a line end, which nobody sees', async (_who, auth) => {
    await using registry = await registryWith(auth)
    const hint = async (password: string): Promise<unknown> =>
      (
        await failureOf(
          clientOf({ credentials: giving({ kind: 'basic', username: 'ann', password }) })
            .repository(`${registry.host}/team/app`)
            .manifests.get('1'),
        )
      )['hint']
    expect(await hint('y')).toBe(`check the user name and the password, or log in to ${registry.host} again`)
    expect(await hint('x\n')).toContain('ends with a line break')
  })

  it('that are missing are asked for', async () => {
    await using registry = await registryWith({ kind: 'basic', username: 'ann', password: 'x' })
    const error = await failureOf(clientOf().repository(`${registry.host}/team/app`).manifests.get('1'))
    expect(error).toMatchObject({
      code: 'UNAUTHORIZED',
      hint: expect.stringContaining(`login to ${registry.host}`) as string,
    })
  })

  it.each<[string, TestRegistryOptions['auth']]>([
    ['basic', { kind: 'basic', username: 'ann', password: 'pass word' }],
    ['bearer', { kind: 'bearer', username: 'ann', password: 'pass word' }],
  ])('that were refused (%s) are replaced once the provider has others', async (_what, auth) => {
    await using registry = await registryWith(auth)
    const stale: Credential = { kind: 'basic', username: 'ann', password: 'stale' }
    const asked: unknown[] = []
    const credentials: CredentialProvider = (target) => {
      asked.push(target)
      return Promise.resolve(target.rejected === undefined ? stale : basic)
    }
    await clientOf({ credentials }).repository(`${registry.host}/team/app`).manifests.get('1')
    expect(asked).toEqual([
      { host: registry.host, repository: 'team/app' },
      { host: registry.host, repository: 'team/app', rejected: stale },
    ])
  })

  it("are asked for under the name docker.io, and the mirror's own at a mirror", async () => {
    await using mirror = await registryWith({ kind: 'basic', username: 'ann', password: 'pass word' })
    const asked: string[] = []
    const credentials: CredentialProvider = ({ host }) => {
      asked.push(host)
      return Promise.resolve(basic)
    }
    await clientOf({ credentials, mirrors: [mirror.url] })
      .repository('team/app')
      .manifests.get('1')
    expect(asked).toEqual([mirror.host])
  })

  it('of a registry token kind go as they are, once challenged', async () => {
    const manifest = manifestOf()
    const registry = await serve((request, response) => {
      if (request.headers.authorization !== 'Bearer given-token')
        return json(response, 401, {}, { 'www-authenticate': `Bearer realm="${registry.origin}/token"` })
      return bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
    })
    const { manifests } = clientOf({ credentials: giving({ kind: 'registry', token: 'given-token' }) }).repository(
      `${registry.host}/a`,
    )
    await manifests.get('1')
    await manifests.get('1')
    expect(registry.requests.map(({ line, headers }) => `${line} ${headers.authorization ?? '-'}`)).toEqual([
      'GET /v2/a/manifests/1 -',
      'GET /v2/a/manifests/1 Bearer given-token',
      'GET /v2/a/manifests/1 Bearer given-token',
    ])
  })

  it('lead to one ping where a private repository hides without a challenge', async () => {
    const manifest = manifestOf()
    const registry = await serve((request, response) => {
      if (request.url === '/v2/') return json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' })
      if (request.headers.authorization === undefined || request.url?.endsWith('/missing') === true)
        return json(response, 404, { errors: [{ code: 'NAME_UNKNOWN' }] })
      return bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
    })
    const { manifests } = clientOf({ credentials: giving(basic) }).repository(`${registry.host}/a`)
    await manifests.get('1')
    expect(await failureOf(manifests.get('missing'))).toMatchObject({ code: 'NAME_UNKNOWN' })
    expect(registry.requests.map(({ line }) => line)).toEqual([
      'GET /v2/a/manifests/1',
      'GET /v2/',
      'GET /v2/a/manifests/1',
      'GET /v2/a/manifests/missing',
    ])
    const stranger = await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))
    expect(stranger).toMatchObject({ code: 'NAME_UNKNOWN' })
    expect(registry.requests.slice(4).map(({ line }) => line)).toEqual(['GET /v2/a/manifests/1', 'GET /v2/'])
  })
})

describe('a ping', () => {
  it('is sent once an endpoint, even if it brings no challenge', async () => {
    const registry = await serve((request, response) =>
      request.url === '/v2/' ? json(response, 200, {}) : json(response, 404, {}),
    )
    const { manifests } = clientOf({ credentials: giving(basic) }).repository(`${registry.host}/a`)
    for (const tag of ['1', '2', '3']) await failureOf(manifests.get(tag))
    expect(registry.requests.filter(({ line }) => line === 'GET /v2/')).toHaveLength(1)
  })

  it('is repeated as every small request is', async () => {
    let pings = 0
    const manifest = manifestOf()
    const registry = await serve((request, response) => {
      if (request.url === '/v2/')
        return ++pings < 3
          ? json(response, 503, {})
          : json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' })
      return request.headers.authorization === undefined
        ? json(response, 404, {})
        : bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
    })
    await clientOf({ credentials: giving(basic) })
      .repository(`${registry.host}/a`)
      .manifests.get('1')
    expect(pings).toBe(3)
  })
})

describe('a challenge', () => {
  it('that led nowhere is not answered in advance by what comes after it', async () => {
    await using registry = await registryWith({ kind: 'bearer' })
    const { manifests } = clientOf().repository(`${registry.host}/team/app`)
    registry.addFault({
      on: 'manifest',
      unauthorized: true,
      times: 1,
      then: { status: 401, headers: { 'www-authenticate': 'Bearer realm="http://127.0.0.2:47/token",service="x"' } },
    })
    expect(await failureOf(manifests.get('1'))).toMatchObject({ code: 'CONNECTION_REFUSED' })
    await manifests.get('1')
  })
})

describe('a token', () => {
  it('is fetched once for everything that waits, and once more when it is void', async () => {
    await using registry = await registryWith({ kind: 'bearer' })
    const repository = clientOf().repository(`${registry.host}/team/app`)
    const { manifest } = await repository.manifests.get('1')
    if (manifest.kind !== 'manifest') throw new Error('no image')
    const layers = [...manifest.layers, manifest.config]
    const tokens = (): number => registry.journal.entries.filter(({ path }) => path.startsWith('/token')).length
    await Promise.all(layers.map((layer) => repository.blobs.fetch(layer, sinkOf())))
    expect(tokens()).toBe(1)
    registry.expireTokens()
    await Promise.all(layers.map((layer) => repository.blobs.fetch(layer, sinkOf())))
    expect(tokens()).toBe(2)
  })

  it('is taken from an answer of status 201, which has another media type', async () => {
    const server = await serve((request, response) => {
      if (request.url?.startsWith('/token')) json(response, 201, { token: 'T' }, { 'content-type': 'text/plain' })
      else if (request.headers.authorization === 'Bearer T') json(response, 200, { tags: ['1'] })
      else json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` })
    })
    const tags = clientOf().repository(`${server.host}/a`).tags()
    expect((await tags[Symbol.asyncIterator]().next()).value).toBe('1')
  })

  it('is not needed where the realm of the challenge is a name, and a password may be shown', async () => {
    const server = await serve((request, response) => {
      if (request.headers.authorization?.startsWith('Basic ')) json(response, 200, { tags: ['1'] })
      else json(response, 401, {}, { 'www-authenticate': 'Bearer realm="Repository Manager", Basic realm="x"' })
    })
    const tags = clientOf({ credentials: giving(basic) })
      .repository(`${server.host}/a`)
      .tags()
    expect((await tags[Symbol.asyncIterator]().next()).value).toBe('1')
    const nowhere = await serve((_, response) =>
      json(response, 401, {}, { 'www-authenticate': 'Bearer realm="/token"' }),
    )
    expect(
      await failureOf(clientOf().repository(`${nowhere.host}/a`).tags()[Symbol.asyncIterator]().next()),
    ).toMatchObject({
      code: 'TOKEN_FAILED',
      message: `${nowhere.host} gives an invalid URL of its token server: "/token"`,
    })
  })

  it('is for one repository', async () => {
    await using registry = await registryWith({ kind: 'bearer' })
    const client = clientOf()
    await client.repository(`${registry.host}/team/app`).manifests.get('1')
    expect(await failureOf(client.repository(`${registry.host}/team/other`).manifests.get('1'))).toMatchObject({
      code: expect.stringMatching(/UNKNOWN/) as string,
    })
    const scopes = registry.journal.entries.filter(({ path }) => path.startsWith('/token'))
    expect(scopes).toHaveLength(2)
  })

  it('is asked for with our own scope alone, whatever the challenge wants', async () => {
    const registry = await tokenServer('{"token":"t"}')
    await clientOf({ credentials: giving(basic) })
      .repository(`${registry.host}/team/app`)
      .manifests.get('1')
    const asked = registry.requests.find(({ line }) => line.startsWith('GET /token'))
    const url = new URL(asked?.line.slice(4) ?? '', registry.origin)
    expect([...url.searchParams]).toEqual([
      ['own', '1'],
      ['service', 'a b&c'],
      ['scope', 'repository:team/app:pull'],
      ['account', 'ann'],
    ])
    expect(asked?.headers.authorization).toBe(`Basic ${Buffer.from('ann:pass word').toString('base64')}`)
  })

  it.each<[string, string]>([
    ['HTML', '<html>'],
    ['an array', '[]'],
    ['null', 'null'],
    ['no token', '{"expires_in":300}'],
    ['an empty token', '{"token":""}'],
    ['a number', '{"token":7}'],
    ['a line end', JSON.stringify({ token: 'a\r\nx-evil: 1' })],
    ['letters beyond ASCII', JSON.stringify({ token: 'tökén' })],
  ])('is refused: %s', async (_what, answer) => {
    const registry = await tokenServer(answer)
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      name: 'RegistryError',
      code: 'TOKEN_FAILED',
    })
  })

  it.each<[string, Uint8Array]>([
    ['a member twice: the last counts', Buffer.from('{"token":"old","token":"t"}')],
    ['another member twice', Buffer.from('{"expires_in":300,"token":"t","expires_in":300}')],
    ['bytes that are not UTF-8', Buffer.from('{"token":"t","user":"caf\xe9"}', 'latin1')],
    ['a byte order mark', Buffer.from('\uFEFF{"token":"t"}')],
    [
      'null for what it leaves out',
      Buffer.from('{"access_token":null,"token":"t","expires_in":null,"refresh_token":null}'),
    ],
  ])('is read leniently, as nobody hashes it: %s', async (_what, answer) => {
    expect(readToken(answer, { host: 'h', now: 0 }).value).toBe('t')
  })

  it('is refused beyond a megabyte', async () => {
    const registry = await tokenServer(`{"token":"t"${' '.repeat(1024 * 1024)}}`)
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'TOO_LARGE',
    })
  })

  it.each<[string, string, number]>([
    ['absent', '', 54_000],
    ['negative', ',"expires_in":-1', 54_000],
    ['beyond numbers', ',"expires_in":1e309', 54_000],
    ['text', ',"expires_in":"300"', 54_000],
    ['300', ',"expires_in":300', 294_000],
    ['a year', ',"expires_in":31536000', 3_594_000],
    ['issued in the future', ',"expires_in":60,"issued_at":"2999-01-01T00:00:00Z"', 54_000],
  ])('with the life %s is used so long and no longer', async (_what, member, life) => {
    const registry = await tokenServer(`{"token":"t"${member}}`)
    const clock = virtualClock()
    const { manifests } = clientOf({ clock }).repository(`${registry.host}/a`)
    const tokens = (): number => registry.requests.filter(({ line }) => line.startsWith('GET /token')).length
    await manifests.get('1')
    clock.advance(life)
    await manifests.get('1')
    expect(tokens()).toBe(1)
    clock.advance(2000)
    await manifests.get('1')
    expect(tokens()).toBe(2)
  })

  it.each([404, 405])('is fetched by GET where POST answers %i', async (status) => {
    const manifest = manifestOf()
    const registry = await serve((request, response) => {
      if (request.method === 'POST') return bytes(response, status, '')
      if (request.url?.startsWith('/token') === true) return json(response, 200, { token: 't' })
      if (request.headers.authorization !== 'Bearer t')
        return json(response, 401, {}, { 'www-authenticate': `Bearer realm="${registry.origin}/token",service=s` })
      return bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
    })
    await clientOf({ credentials: giving({ kind: 'identity', token: 'id' }) })
      .repository(`${registry.host}/a`)
      .manifests.get('1')
    expect(registry.requests.map(({ line }) => line.split('?')[0])).toEqual([
      'GET /v2/a/manifests/1',
      'POST /token',
      'GET /token',
      'GET /v2/a/manifests/1',
    ])
  })

  it('that is new and refused ends it', async () => {
    const registry = await serve((request, response) =>
      request.url?.startsWith('/token') === true
        ? json(response, 200, { token: 't' })
        : json(response, 401, {}, { 'www-authenticate': `Bearer realm="${registry.origin}/token"` }),
    )
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'UNAUTHORIZED',
    })
    expect(registry.requests.map(({ line }) => line.split('?')[0])).toEqual([
      'GET /v2/a/manifests/1',
      'GET /token',
      'GET /v2/a/manifests/1',
    ])
  })

  it('still comes for the others when one who waits leaves', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const { promise: asked, resolve: heard } = Promise.withResolvers<void>()
    const manifest = manifestOf()
    const registry = await serve(async (request, response) => {
      if (request.url?.startsWith('/token') === true) {
        heard()
        await held
        return json(response, 200, { token: 't' })
      }
      if (request.headers.authorization === undefined)
        return json(response, 401, {}, { 'www-authenticate': `Bearer realm="${registry.origin}/token"` })
      return bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
    })
    const { manifests } = clientOf().repository(`${registry.host}/a`)
    const leaver = new AbortController()
    const first = manifests.get('1', { signal: leaver.signal })
    const outcome = failureOf(first)
    await asked
    const second = manifests.get('1')
    leaver.abort(new Error('left'))
    expect(await outcome).toMatchObject({ message: 'left' })
    release()
    expect((await second).descriptor.digest).toBe(manifest.digest)
  })
})

describe('a token server on another host', () => {
  it('is asked anonymously, and sees no credentials', async () => {
    const { registry, auth } = await pair()
    for (const credential of [basic, { kind: 'identity', token: 'canary' }] as const) {
      await clientOf({ credentials: giving(credential) })
        .repository(`${registry.host}/a`)
        .manifests.get('1')
    }
    expect(auth.requests).toHaveLength(2)
    expect(JSON.stringify(auth.requests)).not.toMatch(/canary|ann|authorization|POST/)
  })

  it('says so when that is not enough, at the token server or at the registry, and offers no permission in plain http', async () => {
    const refused = await pair(401)
    const hint = expect.stringMatching(
      new RegExp(`were not sent to its token server ${refused.auth.host}.*plain http`),
    ) as string
    expect(
      await failureOf(
        clientOf({ credentials: giving(basic) })
          .repository(`${refused.registry.host}/a`)
          .manifests.get('1'),
      ),
    ).toMatchObject({ code: 'UNAUTHORIZED', hint })
    const hidden = await pair()
    expect(
      await failureOf(
        clientOf({ credentials: giving(basic) })
          .repository(`${hidden.registry.host}/a`)
          .manifests.get('secret'),
      ),
    ).toMatchObject({ code: 'MANIFEST_UNKNOWN', hint: expect.stringContaining('plain http') as string })
  })

  it.each([
    'http://169.254.169.254/token',
    'http://10.0.0.1/token',
    'ftp://localhost/token',
    'http://u:p@localhost/token',
  ])('is not called at %s', async (realm) => {
    const registry = await serve((_request, response) =>
      json(response, 401, {}, { 'www-authenticate': `Bearer realm="${realm}"` }),
    )
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'ORIGIN_REFUSED',
    })
  })

  it('that redirects to where nobody may go is not followed', async () => {
    const registry = await serve((request, response) => {
      if (request.url?.startsWith('/token') === true)
        return bytes(response, 302, '', { location: 'http://169.254.169.254/latest/meta-data' })
      return json(response, 401, {}, { 'www-authenticate': `Bearer realm="${registry.origin}/token"` })
    })
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'ORIGIN_REFUSED',
    })
  })
})
