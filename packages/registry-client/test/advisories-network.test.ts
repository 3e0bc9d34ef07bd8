import { makeCertificate } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import type { Credential, Endpoint, Lookup } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type Handler, type ScriptedServer } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

// Advisories about where a request goes and over what, each as its hostile network; by outcome and by what the servers saw.

const basic: Credential = { kind: 'basic', username: 'ann', password: 'canary-password' }
const credentials = (): Promise<Credential> => Promise.resolve(basic)
const layer = Buffer.from('a layer')
const manifest = manifestOf()
const authority = makeCertificate({ authority: true, commonName: 'an authority' })
const leaf = makeCertificate({
  issuer: authority,
  hosts: ['127.0.0.1', 'registry.example.com', 'cdn.registry.example.com', 'other.example.net'],
})
/** Every name is here, so that names can be told apart on real sockets. */
const here: Lookup = (_hostname, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }])
const manifests: Handler = (_request, response) =>
  bytes(response, 200, manifest.bytes, { 'content-type': manifestType })

// Sixty and more spellings of what no public registry may lead to, as WHATWG URLs, getaddrinfo and people write them.
const spellings: readonly string[] = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '127.0.0.1.',
  '127.255.255.254',
  '127.000.000.001',
  'localhost',
  'localhost.',
  'LOCALHOST',
  'a.localhost',
  'a.b.localhost.',
  'localhost.localdomain',
  'ip6-localhost',
  '%6cocalhost',
  'ｌｏｃａｌｈｏｓｔ',
  '１２７.０.０.１',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  '%31%32%37.0.0.1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '0.0.0.0',
  '0',
  '0x0',
  '[::]',
  '0.1.2.3',
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '0xa9.0xfe.0xa9.0xfe',
  '0251.0376.0251.0376',
  '169.16689662',
  '169.254.43518',
  '169.254.169.254.',
  '１６９.２５４.１６９.２５４',
  '[::ffff:a9fe:a9fe]',
  '[::ffff:169.254.169.254]',
  '[::a9fe:a9fe]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b:1:a9fe:a9:fe00::]',
  '[2002:a9fe:a9fe::1]',
  '[2001:0:808:808::5601:5601]',
  '[2001:4860::5efe:a9fe:a9fe]',
  '[fe80::1]',
  '[fe80::a9fe:a9fe]',
  '[fd00:ec2::254]',
  '[fd20:ce::254]',
  'metadata',
  'metadata.google.internal',
  'METADATA.GOOGLE.INTERNAL.',
  'metadata.goog',
  'instance-data',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '10.0.0.1',
  '167772161',
  '0xa.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '3232235521',
  '100.64.0.1',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[fec0::1]',
  '[::ffff:10.0.0.1]',
  '[64:ff9b::10.0.0.1]',
  '[2002:a00:1::]',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '[ff02::1]',
  '[2001:db8::1]',
  'vault',
  'db.internal',
  'printer.local',
  'nas.lan',
  'router.home.arpa',
  'api.default.svc',
  'wiki.corp',
]

describe('CVE-2026-44492, CVE-2025-62718, CVE-2026-24845, go-containerregistry #2285, #2302 (C3): a public registry', () => {
  it.each(['realm', 'redirect', 'layer'] as const)(
    'leads to nothing inside by a %s, however that is spelled',
    async (how) => {
      expect(spellings.length).toBeGreaterThan(60)
      for (const spelling of spellings) {
        const called: string[] = []
        const place = `https://${spelling}/x`
        // What is not ASCII is percent-encoded in a header.
        const written = place.replace(/[^\u0020-\u007e]/gu, encodeURIComponent)
        const client = clientOf({
          credentials,
          async transport({ url }, to) {
            called.push(url.host)
            await to.head(
              how === 'realm' ? 401 : 307,
              new Headers(
                how === 'realm' ? { 'www-authenticate': `Bearer realm="${written}"` } : { location: written },
              ),
            )
          },
        })
        const outcome =
          how === 'layer'
            ? client.repository('registry.example.com/a').blobs.fetchForeign(place, descriptorOf(layer), sinkOf())
            : client.repository('registry.example.com/a').manifests.get('1')
        expect([spelling, await failureOf(outcome)]).toEqual([
          spelling,
          expect.objectContaining({ code: 'ORIGIN_REFUSED' }),
        ])
        expect(called).toEqual(how === 'layer' ? [] : ['registry.example.com'])
      }
    },
  )
})

describe('CVE-2023-45143, CVE-2024-24758, CVE-2024-30260, CVE-2022-0155, CVE-2022-0536, CVE-2024-28849, CVE-2023-26159, CVE-2023-28155, CVE-2023-45289, CVE-2024-45336 (C13): a redirect', () => {
  const endpointHeaders = {
    cookie: 'session=canary-cookie',
    'proxy-authorization': 'Basic canary-proxy',
    'x-amz-security-token': 'canary-amz',
    'x-registry-token': 'canary-header',
  }
  type Leads = (registry: ScriptedServer, other: ScriptedServer) => string
  it.each<[string, Leads]>([
    ['another port', (_registry, other) => `https://registry.example.com:${other.host.split(':')[1]}`],
    ['a sub-domain', (_registry, other) => `https://cdn.registry.example.com:${other.host.split(':')[1]}`],
    ['a sub-domain at the same port', (registry) => `https://cdn.${registry.host}`],
    ['another host', (_registry, other) => `https://other.example.net:${other.host.split(':')[1]}`],
    ['its address', (registry) => `https://127.0.0.1:${registry.host.split(':')[1]}`],
    ['its name with a dot', (registry) => `https://${registry.host.replace(':', '.:')}`],
  ])(
    'to %s takes neither Authorization, Cookie, Proxy-Authorization nor tokens in headers along',
    async (_what, leads) => {
      const answer: Handler = (request, response) => {
        if (request.url === '/led') return bytes(response, 200, layer)
        return request.headers.authorization === undefined
          ? json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' })
          : bytes(response, 307, '', { location: `${leads(registry, other)}/led` })
      }
      const other = await serve(answer, { tls: leaf })
      const registry: ScriptedServer = await serve(answer, { tls: leaf, hostname: 'registry.example.com' })
      const endpoint: Endpoint = {
        url: registry.origin,
        host: registry.host,
        scheme: 'https',
        mirror: false,
        insecure: false,
        headers: endpointHeaders,
      }
      const outcome = clientOf({ credentials, certificates: [authority.cert], lookup: here })
        .repository(`${registry.host}/a`, { endpoint })
        .blobs.fetch(descriptorOf(layer), sinkOf())
      await outcome.catch(() => undefined)
      const led = [...registry.requests, ...other.requests].filter(({ line }) => line === 'GET /led')
      expect(led.length).toBeLessThanOrEqual(1)
      expect(JSON.stringify(led)).not.toContain('canary')
      for (const each of led) expect(each.headers).not.toHaveProperty('authorization')
      // It was there to be taken along.
      expect(JSON.stringify(registry.requests[1])).toContain('canary-cookie')
      expect(registry.requests[1]?.headers.authorization).toMatch(/^Basic /)
    },
  )

  it('away and back brings none of them back (CVE-2026-49349)', async () => {
    const away = await serve((_request, response) => bytes(response, 307, '', { location: `${registry.origin}/back` }))
    const registry: ScriptedServer = await serve((request, response) => {
      if (request.url === '/back') return bytes(response, 200, layer)
      return request.headers.authorization === undefined
        ? json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' })
        : bytes(response, 307, '', { location: `${away.origin}/x` })
    })
    const endpoint: Endpoint = {
      url: registry.origin,
      host: registry.host,
      scheme: 'http',
      mirror: false,
      insecure: false,
      headers: endpointHeaders,
    }
    const repository = clientOf({ credentials }).repository(`${registry.host}/a`, { endpoint })
    await repository.blobs.fetch(descriptorOf(layer), sinkOf())
    expect(JSON.stringify([away.requests, registry.requests.at(-1)])).not.toContain('canary')
    expect(registry.requests.at(-1)?.headers).not.toHaveProperty('authorization')
    expect(registry.requests[1]?.headers.cookie).toBe('session=canary-cookie')
  })

  it('from https to http is not followed (go-containerregistry #2337, #2349)', async () => {
    const plain = await serve((_request, response) => bytes(response, 200, layer))
    const registry = await serve((_request, response) => bytes(response, 307, '', { location: `${plain.origin}/x` }), {
      tls: leaf,
    })
    expect(
      await failureOf(
        clientOf({ certificates: [authority.cert] })
          .repository(`${registry.host}/a`)
          .blobs.fetch(descriptorOf(layer), sinkOf()),
      ),
    ).toMatchObject({ code: 'ORIGIN_REFUSED' })
    expect(plain.requests).toEqual([])
  })
})

describe('a host that should speak TLS', () => {
  it('CVE-2014-5277, CVE-2025-6032 (C9): is not asked in plain http when only that is open', async () => {
    const plain = await serve(manifests, { hostname: 'registry.example.com' })
    expect(
      await failureOf(clientOf({ credentials, lookup: here }).repository(`${plain.host}/a`).manifests.get('1')),
    ).toMatchObject({ code: 'TLS_FAILED' })
    expect(plain.requests).toEqual([])
  })

  it('CVE-2019-10214 (C9): is checked at the token server as well, which sees no password otherwise', async () => {
    const own = makeCertificate({ hosts: ['127.0.0.1'] })
    const auth = await serve((_request, response) => json(response, 200, { token: 't' }), { tls: own })
    const registry = await serve(
      (_request, response) => json(response, 401, {}, { 'www-authenticate': `Bearer realm="${auth.origin}/token"` }),
      { tls: leaf },
    )
    expect(
      await failureOf(
        clientOf({ credentials, certificates: [authority.cert] })
          .repository(`${registry.host}/a`)
          .manifests.get('1'),
      ),
    ).toMatchObject({ code: 'TLS_REFUSED', facts: { host: auth.host } })
    expect(auth.requests).toEqual([])
  })

  it('CVE-2025-47279 (C19): leaves nothing behind, however often its certificate is bad', async () => {
    const bad = await serve(manifests, { tls: makeCertificate({ hosts: ['127.0.0.1'] }) })
    const sockets = (): number => process.getActiveResourcesInfo().filter((kind) => /TLS|TCPSocket/.test(kind)).length
    const client = clientOf()
    const refused = async (): Promise<void> => {
      expect(await failureOf(client.repository(`${bad.host}/a`).manifests.get('1'))).toMatchObject({
        code: 'TLS_REFUSED',
      })
    }
    await refused()
    const before = sockets()
    for (let nth = 0; nth < atScale(30, 2000); nth++) await refused()
    expect(sockets()).toBeLessThan(before + 10)
    expect(bad.requests).toEqual([])
  })
})

describe('a list', () => {
  const readAll = async (registry: ScriptedServer): Promise<void> => {
    for await (const _ of clientOf({ credentials }).repository(`${registry.host}/a`).tags());
  }

  it('CVE-2023-33957, CVE-2023-33958, oras-go #1214 (C8): that points to itself ends', async () => {
    const registry = await serve((request, response) =>
      json(response, 200, { tags: ['1'] }, { link: `<${request.url}>; rel="next"` }),
    )
    expect(await failureOf(readAll(registry))).toMatchObject({ code: 'BAD_RESPONSE' })
    expect(registry.requests).toHaveLength(1)
  })

  it('CVE-2023-46737 (C8): without end ends', async () => {
    let nth = 0
    const registry = await serve((_request, response) =>
      json(response, 200, { tags: ['1'] }, { link: `</v2/a/tags/list?last=${++nth}>; rel="next"` }),
    )
    const read = async (): Promise<void> => {
      for await (const _ of clientOf().repository(`${registry.host}/a`).tags({ maxPages: 20 }));
    }
    expect(await failureOf(read())).toMatchObject({ code: 'BAD_RESPONSE' })
    expect(registry.requests).toHaveLength(20)
  })
})

describe('an answer without measure', () => {
  it.each<[string, Handler, string]>([
    [
      'a token',
      (request, response) =>
        request.url?.startsWith('/token') === true
          ? void response.end(`{"token":"${'x'.repeat(2 * 1024 * 1024)}"}`)
          : json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }),
      'TOO_LARGE',
    ],
    ['a manifest', (_request, response) => void response.end(Buffer.alloc(5 * 1024 * 1024, ' ')), 'TOO_LARGE'],
    [
      'a header',
      (_request, response) => void response.socket?.end(`HTTP/1.1 200 OK\r\nx-much: ${'x'.repeat(300 * 1024)}\r\n\r\n`),
      'BAD_RESPONSE',
    ],
  ])('CVE-2026-2581 (C17): %s is not read on', async (_what, handler, code) => {
    const registry = await serve(handler)
    expect(
      await failureOf(clientOf({ credentials }).repository(`${registry.host}/a`).manifests.get('1')),
    ).toMatchObject({ code })
  })
})
