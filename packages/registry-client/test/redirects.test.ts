import { describe, expect, it } from 'vitest'
import { startTestRegistry, type Fault } from '@lading/test-registry'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

const blob = Buffer.from('0123456789'.repeat(1000))
const descriptor = descriptorOf(blob)
const basic = { kind: 'basic', username: 'ann', password: 'canary' } as const
const credentials = (): Promise<typeof basic> => Promise.resolve(basic)
const challenge = { 'www-authenticate': 'Basic realm="x"' }

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'of %i is followed to another origin without Authorization, with Range',
    async (status) => {
      const cdn = await serve((_request, response) =>
        bytes(response, 206, blob.subarray(4000), { 'content-range': 'bytes 4000-9999/10000' }),
      )
      const registry = await serve((request, response) =>
        request.headers.authorization === undefined
          ? json(response, 401, {}, challenge)
          : bytes(response, status, '<a>here</a>', { location: `${cdn.origin}/signed?sig=abc` }),
      )
      const sink = sinkOf(blob.subarray(0, 4000))
      await clientOf({ credentials }).repository(`${registry.host}/a`).blobs.fetch(descriptor, sink)
      expect(sink.content()).toEqual(blob)
      expect(sink.begun[0]?.source).toBe(`${registry.origin}/`)
      expect(cdn.requests.map(({ line }) => line)).toEqual(['GET /signed?sig=abc'])
      expect(cdn.requests[0]?.headers).toMatchObject({ range: `bytes=4000-${blob.length - 1}` })
      for (const name of ['authorization', 'cookie', 'proxy-authorization'])
        expect(cdn.requests[0]?.headers).not.toHaveProperty(name)
    },
  )

  it('within the origin keeps Authorization', async () => {
    const registry = await serve((request, response) => {
      if (request.headers.authorization === undefined) return json(response, 401, {}, challenge)
      return request.url === '/other' ? bytes(response, 200, blob) : bytes(response, 307, '', { location: '/other' })
    })
    await clientOf({ credentials }).repository(`${registry.host}/a`).blobs.fetch(descriptor, sinkOf())
    expect(registry.requests.at(-1)?.headers.authorization).toMatch(/^Basic /)
  })

  it('leads to the very bytes of its Location: a signature counts them', async () => {
    const location = Buffer.from('/gr\u00f6\u00dfe?sig=a/b+c%2Bd%2f|e f', 'utf8').toString('latin1')
    const registry = await serve((request, response) =>
      request.url?.startsWith('/v2/') ? bytes(response, 307, '', { location }) : bytes(response, 200, blob),
    )
    await clientOf().repository(`${registry.host}/a`).blobs.fetch(descriptor, sinkOf())
    expect(registry.requests.at(-1)?.line).toBe('GET /gr%C3%B6%C3%9Fe?sig=a/b+c%2Bd%2f|e%20f')
  })

  it('away and back does not bring Authorization back', async () => {
    const away = await serve((_request, response) => bytes(response, 307, '', { location: `${registry.origin}/back` }))
    const registry = await serve((request, response) => {
      if (request.url === '/back') return bytes(response, 200, blob)
      return request.headers.authorization === undefined
        ? json(response, 401, {}, challenge)
        : bytes(response, 307, '', { location: `${away.origin}/x` })
    })
    await clientOf({ credentials }).repository(`${registry.host}/a`).blobs.fetch(descriptor, sinkOf())
    expect(registry.requests.at(-1)).toMatchObject({ line: 'GET /back' })
    expect(registry.requests.at(-1)?.headers).not.toHaveProperty('authorization')
  })

  it('to a host that challenges shows it nothing', async () => {
    const away = await serve((_request, response) =>
      json(response, 401, {}, { 'www-authenticate': 'Basic realm="give"' }),
    )
    const registry = await serve((_request, response) => bytes(response, 307, '', { location: `${away.origin}/x` }))
    expect(
      await failureOf(clientOf({ credentials }).repository(`${registry.host}/a`).blobs.fetch(descriptor, sinkOf())),
    ).toMatchObject({ code: 'UNAUTHORIZED' })
    expect(away.requests).toHaveLength(1)
    expect(away.requests[0]?.headers).not.toHaveProperty('authorization')
  })

  it("to another registry is answered there anonymously, in that registry's own scope", async () => {
    const manifest = manifestOf()
    const backend = await serve((request, response) => {
      if (request.url?.startsWith('/token') === true) return json(response, 200, { token: 'theirs' })
      if (request.headers.authorization !== 'Bearer theirs')
        return json(response, 401, {}, { 'www-authenticate': `Bearer realm="${backend.origin}/token",service=s` })
      return bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
    })
    const front = await serve((_request, response) =>
      bytes(response, 307, '', { location: `${backend.origin}/v2/prod/images/pause/manifests/1` }),
    )
    const fetched = await clientOf({ credentials }).repository(`${front.host}/pause`).manifests.get('1')
    expect(fetched.descriptor.digest).toBe(manifest.digest)
    expect(backend.requests.map(({ line, headers }) => `${line} ${headers.authorization ?? '-'}`)).toEqual([
      'GET /v2/prod/images/pause/manifests/1 -',
      'GET /token?service=s&scope=repository%3Aprod%2Fimages%2Fpause%3Apull -',
      'GET /v2/prod/images/pause/manifests/1 Bearer theirs',
    ])
  })

  it('to another registry that is content with nothing says nothing about the first one', async () => {
    const backend = await serve((request, response) => {
      if (request.url?.startsWith('/token') === true) return json(response, 200, { token: 'theirs' })
      const theirs =
        request.headers.authorization === undefined
          ? `Bearer realm="${backend.origin}/token",service=s`
          : 'Basic realm="give"'
      return json(response, 401, {}, { 'www-authenticate': theirs })
    })
    const front = await serve((_request, response) =>
      bytes(response, 307, '', { location: `${backend.origin}/v2/prod/images/pause/manifests/1` }),
    )
    const { manifests } = clientOf({ credentials }).repository(`${front.host}/pause`)
    for (const tag of ['1', '2'])
      expect(await failureOf(manifests.get(tag))).toMatchObject({
        code: 'UNAUTHORIZED',
        facts: { host: backend.host },
      })
    expect(front.requests.map(({ line, headers }) => `${line} ${headers.authorization ?? '-'}`)).toEqual([
      'GET /v2/pause/manifests/1 -',
      'GET /v2/pause/manifests/2 -',
    ])
  })

  it.each<[string, string]>([
    ['ORIGIN_REFUSED', 'http://169.254.169.254/latest'],
    ['ORIGIN_REFUSED', 'http://2852039166/latest'],
    ['ORIGIN_REFUSED', 'http://10.0.0.1/'],
    ['ORIGIN_REFUSED', 'file:///etc/passwd'],
    ['ORIGIN_REFUSED', 'unix:/var/run/docker.sock'],
    ['ORIGIN_REFUSED', 'data:text/plain,x'],
    ['ORIGIN_REFUSED', 'http://user:pass@localhost/'],
    ['BAD_RESPONSE', 'http://[broken'],
  ])('ends with %s when it leads to %s', async (code, location) => {
    const registry = await serve((_request, response) => bytes(response, 302, '', { location }))
    const error = await failureOf(clientOf().repository(`${registry.host}/a`).blobs.fetch(descriptor, sinkOf()))
    expect(error).toMatchObject({ code, facts: { host: registry.host } })
    expect(registry.requests).toHaveLength(1)
  })

  it('to itself is a loop, and so is an eleventh', async () => {
    await using registry = await startTestRegistry()
    registry.repository('a').putBlob(blob)
    // oxlint-disable-next-line unicorn/no-thenable
    registry.addFault({ on: 'blob', then: 'redirect-loop' } satisfies Fault)
    expect(
      await failureOf(clientOf().repository(`${registry.host}/a`).blobs.fetch(descriptor, sinkOf())),
    ).toMatchObject({ code: 'REDIRECT_LOOP' })
    let hops = 0
    const endless = await serve((_request, response) => bytes(response, 302, '', { location: `/hop/${++hops}` }))
    expect(await failureOf(clientOf().repository(`${endless.host}/a`).blobs.fetch(descriptor, sinkOf()))).toMatchObject(
      { code: 'REDIRECT_LOOP' },
    )
    expect(hops).toBe(11)
  })

  it('keeps the bound on the answer', async () => {
    const cdn = await serve((_request, response) => void response.end(Buffer.alloc(6 * 1024 * 1024)))
    const registry = await serve((_request, response) => bytes(response, 302, '', { location: `${cdn.origin}/` }))
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'TOO_LARGE',
    })
  })

  it('whose signature has expired says that the registry may be asked again', async () => {
    const cdn = await serve((_request, response) => bytes(response, 403, '<Error><Code>AccessDenied</Code></Error>'))
    const registry = await serve((_request, response) =>
      bytes(response, 307, '', { location: `${cdn.origin}/signed?X-Amz-Signature=canary` }),
    )
    const error = await failureOf(clientOf().repository(`${registry.host}/a`).blobs.fetch(descriptor, sinkOf()))
    expect(error).toMatchObject({ code: 'REDIRECT_EXPIRED', facts: { status: 403, host: cdn.host } })
    expect(registry.requests).toHaveLength(1)
  })

  it('of the test registry to its CDN is followed', async () => {
    await using registry = await startTestRegistry()
    registry.repository('a').putBlob(blob)
    // oxlint-disable-next-line unicorn/no-thenable
    registry.addFault({ on: 'blob', then: { redirect: 'cdn' } } satisfies Fault)
    const sink = sinkOf()
    await clientOf().repository(`${registry.host}/a`).blobs.fetch(descriptor, sink)
    expect(sink.content()).toEqual(blob)
  })
})

describe('a foreign URL of a layer', () => {
  it.each([
    'http://127.0.0.1:1/x',
    'https://127.0.0.1:1/x',
    'https://169.254.169.254/x',
    'file:///etc/passwd',
    'not a url',
  ])('is refused: %s', async (url) => {
    expect(
      await failureOf(clientOf().repository('registry.example/a').blobs.fetchForeign(url, descriptor, sinkOf())),
    ).toMatchObject({
      code: 'ORIGIN_REFUSED',
    })
  })

  it('within the class of the registry that named it is fetched', async () => {
    const layers = await serve((_request, response) => bytes(response, 200, blob))
    const client = clientOf({ credentials })
    const sink = sinkOf()
    await client
      .repository('127.0.0.1:5000/a', { endpoint: client.endpoints('127.0.0.1:5000')[1] })
      .blobs.fetchForeign(`${layers.origin}/layer`, descriptor, sink)
    expect(sink.content()).toEqual(blob)
    expect(layers.requests[0]?.headers).not.toHaveProperty('authorization')
    expect(
      await failureOf(
        client.repository('ghcr.io/a/b').blobs.fetchForeign(`${layers.origin}/layer`, descriptor, sinkOf()),
      ),
    ).toMatchObject({ code: 'ORIGIN_REFUSED' })
  })

  it('is fetched without credentials and without answering a challenge', async () => {
    const seen: unknown[] = []
    const client = clientOf({
      credentials,
      transport: (request, to) => {
        seen.push([request.url.href, request.headers['authorization']])
        void to.head(401, new Headers({ 'www-authenticate': 'Bearer realm="https://evil.example/token"' }))
        return Promise.resolve()
      },
    })
    expect(
      await failureOf(
        client.repository('registry.example/a').blobs.fetchForeign('https://layers.example/x', descriptor, sinkOf()),
      ),
    ).toMatchObject({
      code: 'UNAUTHORIZED',
    })
    expect(seen).toEqual([['https://layers.example/x', undefined]])
  })
})
