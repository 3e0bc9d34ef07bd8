import { afterEach, describe, expect, test } from 'vitest'
import { runCompliance } from '@lading/test-registry/compliance'
import {
  image,
  profiles,
  startTestRegistry,
  type BuiltImage,
  type ProfileName,
  type TestRegistry,
  type TestRegistryOptions,
} from '../src/index.ts'
import { ask, errorCode, json, type Answer } from './support/http.ts'

let registry: TestRegistry
let app: BuiltImage
afterEach(() => registry.close())

const start = async (profile: ProfileName, options: TestRegistryOptions = {}): Promise<void> => {
  registry = await startTestRegistry({ profile, ...options })
  app = await registry.seed(image('t/app:1').layer({ a: 'b' }).randomLayer(50_000))
}
const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  ask(`${registry.url}/v2/${path}`, { headers, method })
const basic = (text: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
})
/** A token by what the challenge says. */
async function bearer(credentials?: string): Promise<Record<string, string>> {
  const challenge = (await get('t/app/manifests/1')).headers['www-authenticate'] ?? ''
  const [, realm = '', service = ''] = /realm="(.*?)",service="(.*?)"/.exec(challenge) ?? []
  const answer = await ask(
    `${realm}?${new URLSearchParams({ service, scope: 'repository:t/app:pull,push' }).toString()}`,
    { headers: credentials === undefined ? {} : basic(credentials) },
  )
  return { authorization: `Bearer ${String(json(answer)['token'])}` }
}

describe('docker-hub', () => {
  test('tokens come from another host; GETs of manifests count, HEAD does not, and then there is 429 until the window ends', async () => {
    await start('docker-hub', { rateLimit: { ...profiles['docker-hub'].rateLimit!, limit: 2 } })
    expect((await get('t/app/manifests/1')).headers['www-authenticate']).toContain(
      `realm="${registry.cdn.url}/token",service="registry.docker.io"`,
    )
    const token = await bearer()
    const first = await get('t/app/manifests/1', token)
    expect([
      first.headers['ratelimit-limit'],
      first.headers['ratelimit-remaining'],
      first.headers['docker-ratelimit-source'],
    ]).toEqual(['2;w=21600', '1;w=21600', '127.0.0.1'])
    const head = await get('t/app/manifests/1', token, 'HEAD')
    expect([head.status, head.headers['ratelimit-remaining']]).toEqual([200, '1;w=21600'])
    expect((await get('t/app/manifests/1', token)).status).toBe(200)
    const refused = await get('t/app/manifests/1', token)
    expect([refused.status, errorCode(refused), refused.headers['retry-after'], refused.body.toString()]).toEqual([
      429,
      'TOOMANYREQUESTS',
      undefined,
      expect.stringContaining('You have reached your pull rate limit'),
    ])
    expect((await get(`t/app/blobs/${app.layers[0]!.digest}`, token)).status).toBe(200)
    registry.clock.advance(21_600_000)
    expect((await get('t/app/manifests/1', await bearer())).status).toBe(200)
  })

  test('says OCI-Subject without having referrers', async () => {
    await start('docker-hub')
    const token = await bearer('user:password')
    const referring = image().layer({ c: 'd' }).subject(app).build()
    registry.repository('t/app').putBlob(referring.config.bytes)
    for (const { bytes } of referring.layers) registry.repository('t/app').putBlob(bytes)
    const pushed = await ask(`${registry.url}/v2/t/app/manifests/${referring.digest}`, {
      method: 'PUT',
      body: referring.bytes,
      headers: { ...token, 'content-type': referring.mediaType },
    })
    expect([pushed.status, pushed.headers['oci-subject']]).toEqual([201, app.digest])
    expect((await get(`t/app/referrers/${app.digest}`, token)).status).toBe(404)
  })
})

describe('ecr', () => {
  const aws = basic('AWS:password')

  test('redirects blobs that are there to a signed URL that takes no second way of authentication', async () => {
    await start('ecr')
    const redirected = await get(`t/app/blobs/${app.layers[0]!.digest}`, aws)
    expect(redirected.status).toBe(307)
    const url = String(redirected.headers.location)
    expect((await ask(url)).body).toEqual(Buffer.from(app.layers[0]!.bytes))
    expect((await ask(url, { headers: aws })).status).toBe(400)
    expect((await get(`t/app/blobs/sha256:${'0'.repeat(64)}`, aws)).status).toBe(404)
    expect((await get(`t/app/blobs/${app.layers[0]!.digest}`)).headers['www-authenticate']).toMatch(/^Basic /)
  })

  test('wants a repository to be there, chunks of 5 MiB, and mounts what a manifest names', async () => {
    await start('ecr')
    const post = (path: string): Promise<Answer> => get(path, aws, 'POST')
    const absent = await post('t/new/blobs/uploads/')
    expect([absent.status, errorCode(absent)]).toEqual([404, 'NAME_UNKNOWN'])
    registry.repository('t/new').create()
    const session = await post('t/new/blobs/uploads/')
    expect([session.status, session.headers['oci-chunk-min-length']]).toEqual([202, '5242880'])
    const chunk = await ask(`${registry.url}${String(session.headers.location)}`, {
      method: 'PATCH',
      body: Buffer.alloc(10),
      headers: { ...aws, 'content-range': '0-9' },
    })
    expect(chunk.status).toBe(201)
    const loose = registry.repository('t/app').putBlob('nobody names this')
    expect((await post(`t/new/blobs/uploads/?mount=${loose}&from=t/app`)).status).toBe(202)
    expect((await post(`t/new/blobs/uploads/?mount=${app.layers[0]!.digest}&from=t/app`)).status).toBe(201)
  })
})

describe('ghcr', () => {
  test('wants a token of everybody, and has neither catalog nor referrers', async () => {
    await start('ghcr')
    expect((await get('t/app/manifests/1')).status).toBe(401)
    const token = await bearer()
    expect((await get('t/app/manifests/1', token)).status).toBe(200)
    expect((await get(`t/app/referrers/${app.digest}`, token)).status).toBe(404)
    await registry.close()
    await start('ghcr', { auth: { kind: 'none' } })
    expect((await get('_catalog')).status).toBe(404)
  })
})

describe('quay', () => {
  test('has its tokens at /v2/auth, and says "true" to strangers', async () => {
    await start('quay')
    const stranger = await get('')
    expect([stranger.status, stranger.body.toString(), stranger.headers['content-type']]).toEqual([
      401,
      'true',
      'text/html; charset=utf-8',
    ])
    expect(stranger.headers['www-authenticate']).toContain(`realm="${registry.url}/v2/auth"`)
    expect((await get('t/app/manifests/1', { ...(await bearer()), accept: app.mediaType })).status).toBe(200)
    registry.clearFaults()
    expect((await get('')).body.toString()).toBe('true')
    expect(registry.faults()).toEqual([])
  })

  test('answers schema 1 to those who do not ask for more, top layer first', async () => {
    await start('quay')
    const answer = await get('t/app/manifests/1', { ...(await bearer()), accept: 'application/json' })
    expect(answer.headers['content-type']).toBe('application/vnd.docker.distribution.manifest.v1+json')
    expect(json(answer)).toMatchObject({
      schemaVersion: 1,
      name: 't/app',
      tag: '1',
      fsLayers: app.layers.map(({ digest }) => ({ blobSum: digest })).toReversed(),
    })
  })
})

describe('artifactory', () => {
  test('announces ranges and ignores them, and its token endpoint takes GET alone', async () => {
    await start('artifactory')
    const token = await bearer()
    const answer = await get(`t/app/blobs/${app.layers[1]!.digest}`, { ...token, range: 'bytes=0-9' })
    expect([answer.status, answer.headers['accept-ranges'], answer.body.length]).toEqual([
      200,
      'bytes',
      app.layers[1]!.size,
    ])
    expect(
      (
        await ask(`${registry.url}/artifactory/api/docker/docker/v2/token`, {
          method: 'POST',
          body: 'grant_type=password',
        })
      ).status,
    ).toBe(405)
  })
})

describe('distribution-2.8', () => {
  test('hides OCI manifests from those who do not accept them, and cuts the body of 416', async () => {
    await start('distribution-2.8')
    expect((await get('t/app/manifests/1')).status).toBe(404)
    const answer = await get('t/app/manifests/1', { accept: app.mediaType })
    expect([answer.status, answer.headers['docker-distribution-api-version']]).toEqual([200, 'registry/2.0'])
    const cut = await get(`t/app/blobs/${app.layers[0]!.digest}`, { range: 'bytes=99999999-' })
    expect([cut.status, cut.whole, cut.headers['content-length']]).toEqual([416, false, String(app.layers[0]!.size)])
    expect((await get(`t/app/referrers/${app.digest}`)).body.toString()).toBe('404 page not found\n')
    const session = await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST' })
    expect(session.headers.location).toMatch(new RegExp(`^${registry.url}/v2/t/app/blobs/uploads/[^?]+\\?_state=0$`))
  })
})

describe('newer ones', () => {
  const challenge = async (path = ''): Promise<string> => (await get(path)).headers['www-authenticate'] ?? ''

  test('google: long heads, no service in the challenge of /v2/, lists with more members', async () => {
    await start('google')
    expect(await challenge()).toBe(`Bearer realm="${registry.url}/v2/token"`)
    expect(await challenge('t/app/manifests/1')).toContain('service="docker.pkg.dev",scope="repository:t/app:pull"')
    const list = await get('t/app/tags/list', await bearer())
    expect(JSON.stringify(list.headers).length).toBeGreaterThan(21_000)
    expect(json(list)).toEqual({ name: 't/app', tags: ['1'], child: [], manifest: {} })
  })

  test('nexus: HEAD finds nothing, and the next page is at a path that is not there', async () => {
    await start('nexus', { quirks: { maxPageSize: 1 } })
    registry.repository('t/app').tag('2', app.digest)
    const token = { ...(await bearer()), accept: app.mediaType }
    expect((await get('t/app/manifests/1', token, 'HEAD')).status).toBe(404)
    expect((await get('t/app/manifests/1', token)).status).toBe(200)
    const link = String((await get('t/app/tags/list', token)).headers.link)
    expect(link).toContain(`<${registry.url}/repository/proxied/v2/t/app/tags/list?`)
    expect((await ask(/<(.*?)>/.exec(link)?.[1] ?? '', { headers: token })).status).toBe(404)
  })

  test('gitlab: tokens of another port, and a catalog for administrators', async () => {
    await start('gitlab')
    expect(await challenge()).toBe(`Bearer realm="${registry.cdn.url}/jwt/auth",service="container_registry"`)
    const answer = await ask(`${registry.cdn.url}/jwt/auth?scope=registry:catalog:*`, {
      headers: basic('user:password'),
    })
    const token = { authorization: `Bearer ${String(json(answer)['token'])}` }
    expect((await get('_catalog', token)).status).toBe(401)
  })

  test.each(['acr', 'harbor'] as const)('%s: blobs are at storage that refuses a token', async (name) => {
    await start(name)
    const realm = { acr: '/oauth2/token', harbor: '/service/token' }[name]
    const granted = json(await ask(`${registry.url}${realm}?scope=repository:t/app:pull`))
    const token = { authorization: `Bearer ${String(granted[name === 'acr' ? 'access_token' : 'token'])}` }
    const { location = '' } = (await get(`t/app/blobs/${app.layers[0]!.digest}`, token)).headers
    expect([(await ask(location)).status, (await ask(location, { headers: token })).status]).toEqual([200, 400])
  })

  test('ecr-public and ecr: what has expired is refused without a challenge', async () => {
    await start('ecr-public')
    const token = await bearer()
    registry.expireTokens()
    const refused = await get('t/app/manifests/1', token)
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([400, undefined])
    await registry.close()
    await start('ecr')
    expect((await get('t/app/manifests/1', basic('AWS:expired'))).status).toBe(403)
  })

  test('artifactory: the next page lacks the first part of the repository', async () => {
    await start('artifactory', { quirks: { maxPageSize: 1 } })
    registry.repository('t/app').tag('2', app.digest)
    expect((await get('t/app/tags/list', await bearer())).headers.link).toMatch(/^<\/v2\/app\/tags\/list\?/)
  })
})

describe('a profile', () => {
  test.each(Object.entries(profiles))('%s says where it is documented', async (name, profile) => {
    await start(name as ProfileName)
    expect(profile.name).toBe(name)
    expect(profile.sources.length).toBeGreaterThan(0)
  })

  test('gives way to the other options, and may be one of your own', async () => {
    registry = await startTestRegistry({
      profile: { ...profiles.ghcr, name: 'mine', auth: { kind: 'none' } },
      quirks: { catalog: true },
      referrers: true,
    })
    const [missing] = (await runCompliance({ url: registry.url })).filter(({ outcome }) => outcome !== 'passed')
    // What is left of GHCR: no OCI-Subject.
    expect(missing?.check.name).toBe('referrers: an artifact with its type and annotations, announced with OCI-Subject')
  })

  test('that nobody knows is refused with the ones that there are', async () => {
    await start('ghcr')
    await expect(startTestRegistry({ profile: 'none' as 'ghcr' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      hint: expect.stringContaining('docker-hub') as string,
    })
  })
})
