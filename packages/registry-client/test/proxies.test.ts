import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { makeCertificate } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { parseProxy, type ClientEvent, type ProxyPolicy, type RegistryClient } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { rawServer, startHttpProxy } from './support/http-proxy.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve } from './support/scripted-server.ts'
import { startSocks } from './support/socks-proxy.ts'

const manifest = manifestOf()
const authority = makeCertificate({ authority: true })
const leaf = makeCertificate({ issuer: authority })
const certificates = [authority.cert]
const canary = 'c4n4ry-S3CRET'
const proxyBasic = `Basic ${Buffer.from(`ann:${canary}`).toString('base64')}`

const through =
  (url: string): ProxyPolicy =>
  () =>
    parseProxy(url)
const get = (client: RegistryClient, host: string): Promise<unknown> =>
  client.repository(`${host}/a`).manifests.get('1')

/** A registry that wants a password, in TLS or not. */
async function registryWith(tls: boolean): Promise<Awaited<ReturnType<typeof serve>>> {
  return serve(
    (request, response) => {
      if (request.headers.authorization === undefined)
        json(response, 401, {}, { 'www-authenticate': 'Basic realm="r"' })
      else bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
    },
    tls ? { tls: leaf } : {},
  )
}

const credentials = async () => ({ kind: 'basic' as const, username: 'bob', password: 'registry-secret' })

describe('an HTTP proxy', () => {
  it.each([false, true])(
    'makes a tunnel for https and sees neither credentials nor paths (proxy in TLS: %s)',
    async (tls) => {
      const registry = await registryWith(true)
      const proxy = await startHttpProxy({ ...(tls ? { tls: leaf } : {}), authorization: proxyBasic })
      const events: ClientEvent[] = []
      const client = clientOf({
        certificates,
        credentials,
        proxy: through(`${tls ? 'https' : 'http'}://ann:${canary}@${proxy.host}`),
        onEvent: (event) => events.push(event),
      })
      await get(client, registry.host)
      // Twice: Node's own roots do not know the issuer, and with the system's it is tried again.
      const connect = {
        line: `CONNECT ${registry.host}`,
        headers: { host: registry.host, 'proxy-authorization': proxyBasic, connection: expect.any(String) as string },
      }
      expect(proxy.asked).toEqual([connect, connect])
      expect(registry.requests.map(({ headers }) => headers['proxy-authorization'])).toEqual([undefined, undefined])
      expect(registry.requests).toHaveLength(2)
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'request', status: 200, proxy: `${tls ? 'https' : 'http'}://${proxy.host}` }),
      )
      expect(inspect([events, client], { depth: 20 })).not.toContain(canary)
      expect(client.tlsSeen(registry.host)).toBe(true)
      expect(client.tlsSeen(proxy.host)).toBe(false)
    },
  )

  it.each([false, true])('is asked for the whole URL in plain http (proxy in TLS: %s)', async (tls) => {
    const registry = await registryWith(false)
    const other = await registryWith(false)
    const proxy = await startHttpProxy({
      ...(tls ? { tls: makeCertificate({ issuer: authority, hosts: ['127.0.0.1'] }) } : {}),
      authorization: proxyBasic,
    })
    const client = clientOf({
      certificates,
      credentials,
      insecure: [registry.host, other.host],
      proxy: (url) =>
        url.protocol === 'http:' ? parseProxy(`${tls ? 'https' : 'http'}://ann:${canary}@${proxy.host}`) : undefined,
    })
    await get(client, registry.host)
    await get(client, other.host)
    expect(proxy.asked.map(({ line, headers }) => [line, headers.host])).toEqual(
      [registry, registry, other, other].map(({ host }) => [`GET http://${host}/v2/a/manifests/1`, host]),
    )
    expect(registry.requests.map(({ headers }) => [headers['proxy-authorization'], headers.host])).toEqual([
      [undefined, registry.host],
      [undefined, registry.host],
    ])
  })

  it('keeps a tunnel for the requests after the first', async () => {
    const registry = await registryWith(true)
    const proxy = await startHttpProxy()
    const client = clientOf({ credentials, proxy: through(`http://${proxy.host}`) })
    const endpoint = {
      url: registry.origin,
      host: registry.host,
      scheme: 'https',
      mirror: false,
      insecure: false,
      tls: { ca: certificates },
    } as const
    for (const _ of [1, 2, 3]) await client.repository(`${registry.host}/a`, { endpoint }).manifests.get('1')
    expect(registry.requests).toHaveLength(4)
    expect(proxy.asked).toHaveLength(1)
  })

  it("is chosen for each URL: of a redirect's hops, by its own", async () => {
    const layer = Buffer.from('layer')
    const cdn = await serve((_request, response) => bytes(response, 200, layer), { tls: leaf })
    const registry = await serve(
      (_request, response) => void response.writeHead(307, { location: `${cdn.origin}/blob` }).end(),
      { tls: leaf },
    )
    const proxy = await startHttpProxy()
    const client = clientOf({
      certificates,
      tls: () => ({ ca: certificates }),
      proxy: (url) => (url.host === cdn.host ? parseProxy(proxy.host) : undefined),
    })
    await client.repository(`${registry.host}/a`).blobs.read(descriptorOf(layer))
    expect(proxy.asked.map(({ line }) => line)).toEqual([`CONNECT ${cdn.host}`])
  })

  it('does not make a bad certificate good', async () => {
    const registry = await registryWith(true)
    const proxy = await startHttpProxy()
    expect(await failureOf(get(clientOf({ proxy: through(proxy.host) }), registry.host))).toMatchObject({
      code: 'TLS_REFUSED',
      facts: { host: registry.host },
    })
  })

  it("is known by its own name, and not by the target's", async () => {
    const registry = await registryWith(false)
    const proxy = await startHttpProxy({ tls: makeCertificate({ issuer: authority, hosts: ['localhost'] }) })
    const client = clientOf({
      certificates,
      proxy: (url) =>
        url.protocol === 'http:' ? parseProxy(`https://localhost:${proxy.host.split(':')[1]}`) : undefined,
    })
    const endpoint = {
      url: `http://localhost.localdomain:${registry.host.split(':')[1]}`,
      host: 'localhost.localdomain',
      scheme: 'http',
      mirror: false,
      insecure: true,
    } as const
    // Whether the proxy can make something of the name is another matter.
    await client
      .repository('localhost.localdomain/a', { endpoint })
      .manifests.get('1')
      .catch(() => undefined)
    expect(proxy.asked[0]?.line).toBe(`GET ${endpoint.url}/v2/a/manifests/1`)
  })

  it('must show a good certificate itself, whatever host is marked insecure', async () => {
    const registry = await registryWith(true)
    const proxy = await startHttpProxy({ tls: makeCertificate() })
    const error = await failureOf(
      get(
        clientOf({ certificates, insecure: [registry.host, proxy.host], proxy: through(`https://${proxy.host}`) }),
        registry.host,
      ),
    )
    expect(error).toMatchObject({ code: 'PROXY_FAILED', message: expect.stringContaining('self-signed') as string })
    expect(registry.requests).toEqual([])
    expect(proxy.asked).toEqual([])
  })
})

describe('a proxy that wants a password', () => {
  it.each<[string, string, RegExp]>([
    ['none', '', /requires a user name and password/],
    ['a wrong one', `bob:${canary}@`, /rejects the user name and password/],
  ])('and is shown %s says so once, without the password', async (_what, user, words) => {
    const registry = await registryWith(true)
    const proxy = await startHttpProxy({ authorization: proxyBasic })
    for (const [host, scheme] of [
      [registry.host, 'https'],
      [(await registryWith(false)).host, 'http'],
    ] as const) {
      proxy.asked.length = 0
      const client = clientOf({
        certificates,
        insecure: [host],
        proxy: (url) => (url.protocol === `${scheme}:` ? parseProxy(`http://${user}${proxy.host}`) : undefined),
      })
      const endpoint = client.endpoints(host).find((each) => each.scheme === scheme)
      const error = await failureOf(client.repository(`${host}/a`, { endpoint }).manifests.get('1'))
      expect(error).toMatchObject({
        name: 'TransportError',
        code: 'PROXY_UNAUTHORIZED',
        message: expect.stringMatching(words) as string,
        hint: expect.any(String) as string,
        facts: { host },
      })
      expect(inspect(error, { depth: 20 })).not.toContain(canary)
      expect(inspect(error, { depth: 20 })).not.toContain(Buffer.from(`bob:${canary}`).toString('base64'))
      expect(proxy.asked).toHaveLength(1)
    }
    expect(registry.requests).toEqual([])
  })

  it('in a way that is not spoken here is said to', async () => {
    const proxy = await rawServer(
      (_received, socket) => void socket.end('HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\n\r\n'),
    )
    const error = await failureOf(get(clientOf({ proxy: through(`ann:${canary}@${proxy}`) }), 'registry.test'))
    expect(error).toMatchObject({ code: 'PROXY_UNAUTHORIZED', message: expect.stringContaining('Negotiate') as string })
  })
})

describe('a hostile HTTP proxy', () => {
  it.each<[string, string, boolean, string]>([
    ['refuses', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n', true, '403 Forbidden'],
    ['fails', 'HTTP/1.1 503 Unavailable\r\n\r\n', true, '503'],
    ['redirects', 'HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n', true, '302'],
    ['answers a 100', 'HTTP/1.1 100 Continue\r\n\r\n', true, '100'],
    ['sends bytes after its head', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello', false, 'unexpected bytes'],
    ['sends garbage', '\u0000\u0001\u0002garbage\r\n\r\n', true, 'valid HTTP'],
    ['sends a head without end', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`, false, 'valid HTTP'],
    ['sends one endless header', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`, false, 'valid HTTP'],
    ['speaks SOCKS', '\u0005\u0000', true, 'valid HTTP'],
    ['writes control characters', 'HTTP/1.1 403 \u009b31mred\r\n\r\n', true, '403'],
    ['hangs up', '', true, 'ended the connection'],
  ])('that %s is a typed error', async (_what, answer, ends, words) => {
    const proxy = await rawServer((_received, socket) => {
      socket.write(answer, 'latin1')
      if (ends) socket.end()
    })
    const error = await failureOf(get(clientOf({ proxy: through(`ann:${canary}@${proxy}`) }), 'registry.test'))
    expect(error).toMatchObject({
      name: 'TransportError',
      code: 'PROXY_FAILED',
      message: expect.stringContaining(words) as string,
      facts: { host: 'registry.test:443' },
    })
    expect(error.message).toContain(`http://${proxy}`)
    expect(error.message).not.toContain('\u009b')
    expect(inspect(error, { depth: 20 })).not.toContain(canary)
  })

  it('that opens the tunnel and then speaks plain text is no TLS', async () => {
    const proxy = await rawServer((received, socket) => {
      // The first bytes after the head are ours.
      if (received.indexOf('\r\n\r\n') === received.length - 4) socket.write('HTTP/1.1 200 OK\r\n\r\n')
      else socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    expect(await failureOf(get(clientOf({ proxy: through(proxy) }), 'registry.test'))).toMatchObject({
      code: 'TLS_FAILED',
    })
  })

  it('that never answers is given up in time', async () => {
    const proxy = await rawServer(() => undefined)
    expect(
      await failureOf(get(clientOf({ proxy: through(proxy), timeouts: { connect: 50 } }), 'registry.test')),
    ).toMatchObject({ code: 'PROXY_FAILED', message: expect.stringContaining('in time') as string })
  })

  it('that never answers is left when the signal says so, or the client is closed', async () => {
    const asked = Promise.withResolvers<void>()
    const left = Promise.withResolvers<void>()
    const proxy = await rawServer((_received, socket) => {
      socket.on('close', () => left.resolve())
      asked.resolve()
    })
    const client = clientOf({ proxy: through(proxy) })
    const giveUp = new AbortController()
    const waiting = failureOf(client.repository('registry.test/a').manifests.get('1', { signal: giveUp.signal }))
    await asked.promise
    const reason = new Error('enough')
    giveUp.abort(reason)
    expect(await waiting).toBe(reason)
    await client.close()
    await left.promise
  })

  it('that is not there is named', async () => {
    expect(await failureOf(get(clientOf({ proxy: through('http://127.0.0.1:1') }), 'registry.test'))).toMatchObject({
      code: 'PROXY_FAILED',
      message: expect.stringContaining('http://127.0.0.1:1') as string,
    })
    expect(await failureOf(get(clientOf({ proxy: through('http://127.0.0.1:1') }), '127.0.0.1:2'))).toMatchObject({
      code: 'PROXY_FAILED',
    })
  })
})

describe('a SOCKS 5 proxy', () => {
  it.each([true, false])('carries https and http (TLS: %s)', async (tls) => {
    const registry = await registryWith(tls)
    const proxy = await startSocks()
    const client = clientOf({
      tls: () => ({ ca: certificates }),
      credentials,
      insecure: tls ? [] : [registry.host],
      proxy: (url) => (url.protocol === (tls ? 'https:' : 'http:') ? parseProxy(`socks5://${proxy.host}`) : undefined),
    })
    await get(client, registry.host)
    expect(proxy.asked).toEqual([registry.host])
    expect(registry.requests).toHaveLength(2)
  })

  it('is shown user name and password', async () => {
    const registry = await registryWith(true)
    const proxy = await startSocks({ user: 'ann', password: canary })
    await get(
      clientOf({
        tls: () => ({ ca: certificates }),
        credentials,
        proxy: through(`socks5h://ann:${canary}@${proxy.host}`),
      }),
      registry.host,
    )
    expect(proxy.asked).toEqual([`ann@${registry.host}`])
  })

  it.each(['', `ann:wrong-${canary}@`])('that refuses us (%s) says so, without the password', async (user) => {
    const proxy = await startSocks({ user: 'ann', password: canary })
    const error = await failureOf(get(clientOf({ proxy: through(`socks5h://${user}${proxy.host}`) }), 'registry.test'))
    expect(error).toMatchObject({ code: 'PROXY_UNAUTHORIZED' })
    expect(inspect(error, { depth: 20 })).not.toContain(canary)
  })

  it('looks names up itself with socks5h, and leaves it to us with socks5', async () => {
    const server = await serve(
      (_request, response) => bytes(response, 200, manifest.bytes, { 'content-type': manifestType }),
      { tls: makeCertificate({ issuer: authority, hosts: ['registry.test', 'localhost'] }) },
    )
    const port = server.host.split(':')[1] ?? ''
    const proxy = await startSocks()
    await get(
      clientOf({ certificates, proxy: through(`socks5h://${proxy.host}`), tls: () => ({ ca: certificates }) }),
      `registry.test:${port}`,
    )
    expect(
      await failureOf(
        get(clientOf({ certificates, proxy: through(`socks5://${proxy.host}`) }), `registry.invalid:${port}`),
      ),
    ).toMatchObject({ code: 'HOST_UNKNOWN' })
    await get(
      clientOf({ tls: () => ({ ca: certificates }), proxy: through(`socks5://${proxy.host}`) }),
      `localhost:${port}`,
    )
    expect(proxy.asked).toEqual([`registry.test:${port}`, expect.stringMatching(/^(?:127\.0\.0\.1|(?:0\.){15}1):/)])
  })

  it.each<[string, readonly number[][], string]>([
    ['speaks another version', [[4, 0]], 'does not speak SOCKS 5'],
    ['speaks HTTP', [[...Buffer.from('HTTP/1.1 400 Bad\r\n\r\n')]], 'does not speak SOCKS 5'],
    ['wants another way to know us', [[5, 1]], 'not offered'],
    ['wants a password unasked', [[5, 2]], 'not offered'],
    [
      'fails',
      [
        [5, 0],
        [5, 1, 0, 1, 0],
      ],
      'does not say why',
    ],
    [
      'does not allow it',
      [
        [5, 0],
        [5, 2, 0, 1, 0],
      ],
      'rules do not allow',
    ],
    [
      'cannot reach the host',
      [
        [5, 0],
        [5, 4, 0, 1, 0],
      ],
      'unreachable',
    ],
    [
      'answers nonsense',
      [
        [5, 0],
        [5, 99, 0, 1, 0],
      ],
      'answers 99',
    ],
    [
      'names an unknown kind of address',
      [
        [5, 0],
        [5, 0, 0, 9, 0],
      ],
      'makes no sense',
    ],
    [
      'changes its version',
      [
        [5, 0],
        [7, 0, 0, 1, 0],
      ],
      'does not speak SOCKS 5',
    ],
    [
      'sends too much',
      [
        [5, 0],
        [5, 0, 0, 1, 0, 0, 0, 0, 0, 80, 1, 2, 3],
      ],
      'unexpected bytes',
    ],
    ['hangs up at once', [], 'ended the connection'],
    [
      'hangs up in its answer',
      [
        [5, 0],
        [5, 0, 0, 3, 200, 1, 2],
      ],
      'ended the connection',
    ],
  ])('that %s is a typed error', async (_what, messages, words) => {
    const proxy = await rawServer((received, socket) => {
      // The greeting is three bytes; the request comes after it.
      const turn = received.byteLength <= 3 ? 0 : 1
      const message = messages[turn]
      if (message !== undefined) socket.write(Uint8Array.from(message))
      if (turn >= messages.length - 1) socket.end()
    })
    expect(await failureOf(get(clientOf({ proxy: through(`socks5h://${proxy}`) }), 'registry.test'))).toMatchObject({
      code: 'PROXY_FAILED',
      message: expect.stringContaining(words) as string,
      facts: { host: 'registry.test:443' },
    })
  })

  it('whose host refuses is told from one that is not there', async () => {
    const proxy = await startSocks()
    expect(
      await failureOf(get(clientOf({ proxy: through(`socks5h://${proxy.host}`) }), 'registry.test:1')),
    ).toMatchObject({ message: expect.stringContaining('the host refused the connection') as string })
  })
})

describe('a proxy that sends any bytes at all', () => {
  const socks = fc.uint8Array({ maxLength: 12 }).map((rest) => Uint8Array.from([5, 0, ...rest]))
  const http = fc
    .tuple(
      fc.constantFrom('HTTP/1.1 ', 'HTTP/1.0 ', ''),
      fc.string({ maxLength: 40 }),
      fc.constantFrom('\r\n\r\n', '\n', ''),
    )
    .map((parts) => Buffer.from(parts.join('')))

  it.each(['http', 'socks5h'])('is a typed error, without the password (%s)', async (scheme) => {
    let answer: Uint8Array = new Uint8Array()
    const proxy = await rawServer((_received, socket) => void socket.end(answer))
    const client = clientOf({ proxy: through(`${scheme}://ann:${canary}@${proxy}`) })
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 30 }), socks, http), async (sent) => {
        answer = sent
        const error = await failureOf(get(client, 'registry.test'))
        expect(error).toMatchObject({ name: 'TransportError' })
        expect(inspect(error, { depth: 20 })).not.toContain(canary)
      }),
    )
  })
})
