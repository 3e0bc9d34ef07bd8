import { createServer } from 'node:net'
import { makeCertificate, startTestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clientOf, failureOf } from './support/client.ts'
import { manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve } from './support/scripted-server.ts'

const hour = 3_600_000
const manifest = manifestOf()

async function tlsRegistry(tls: TestRegistryOptions['tls']): Promise<Awaited<ReturnType<typeof startTestRegistry>>> {
  const registry = await startTestRegistry({ tls })
  registry.repository('a').putManifest(manifest.bytes, { tag: '1', mediaType: manifestType })
  return registry
}

describe('a certificate', () => {
  it('of a trusted issuer is accepted, and TLS is seen', async () => {
    await using registry = await tlsRegistry(true)
    const client = clientOf({ certificates: [registry.ca ?? ''] })
    expect(client.tlsSeen(registry.host)).toBe(false)
    await client.repository(`${registry.host}/a`).manifests.get('1')
    expect(client.tlsSeen(registry.host)).toBe(true)
  })

  it.each<[string, TestRegistryOptions['tls'], boolean, RegExp]>([
    ['unknown issuer', true, false, /issuer of its certificate \("Test registry CA"\) is not trusted on this machine/],
    [
      'expired',
      { notBefore: new Date(Date.now() - 48 * hour), notAfter: new Date(Date.now() - 24 * hour) },
      true,
      /has expired/,
    ],
    [
      'not yet valid',
      { notBefore: new Date(Date.now() + 24 * hour), notAfter: new Date(Date.now() + 48 * hour) },
      true,
      /not valid yet/,
    ],
    ['another name', { hosts: ['registry.example.com'] }, true, /for another name/],
  ])(
    'that is wrong (%s) is refused on loopback too, named, and never followed by plain http',
    async (_what, tls, trusted, words) => {
      await using registry = await tlsRegistry(tls)
      const client = clientOf({ certificates: trusted ? [registry.ca ?? ''] : [] })
      const error = await failureOf(client.repository(`${registry.host}/a`).manifests.get('1'))
      expect(error).toMatchObject({ name: 'TransportError', code: 'TLS_REFUSED', facts: { host: registry.host } })
      expect(error.message).toMatch(words)
      expect(client.tlsSeen(registry.host)).toBe(true)
      expect(registry.journal.entries).toEqual([])
      const http = client.endpoints(registry.host).find(({ scheme }) => scheme === 'http')
      expect(
        await failureOf(client.repository(`${registry.host}/a`, { endpoint: http }).manifests.get('1')),
      ).toMatchObject({ code: 'ORIGIN_REFUSED' })
    },
  )

  it('that is self-signed is refused, and accepted where the user marked the host insecure', async () => {
    const own = makeCertificate()
    await using registry = await tlsRegistry({ cert: own.cert, key: own.key })
    const error = await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))
    expect(error).toMatchObject({ code: 'TLS_REFUSED', message: expect.stringContaining('self-signed') as string })
    const insecure = clientOf({ insecure: [registry.host] })
    await insecure.repository(`${registry.host}/a`).manifests.get('1')
    expect(insecure.tlsSeen(registry.host)).toBe(true)
  })

  it("is checked at the token server too, whatever the registry's own is worth (CVE-2019-10214)", async () => {
    const own = makeCertificate()
    const auth = await serve((_request, response) => json(response, 200, { token: 't' }), {
      tls: own,
      hostname: 'localhost',
    })
    const registry = await serve((_request, response) =>
      json(response, 401, {}, { 'www-authenticate': `Bearer realm="${auth.origin}/token"` }),
    )
    const error = await failureOf(
      clientOf({ insecure: [registry.host] })
        .repository(`${registry.host}/a`)
        .manifests.get('1'),
    )
    expect(error).toMatchObject({ code: 'TLS_REFUSED', facts: { host: auth.host } })
    expect(auth.requests).toEqual([])
  })
})

describe('a host that does not speak TLS', () => {
  it('is asked in plain http on loopback', async () => {
    const registry = await serve((_request, response) =>
      bytes(response, 200, manifest.bytes, { 'content-type': manifestType }),
    )
    const client = clientOf()
    await client.repository(`${registry.host}/a`).manifests.get('1')
    expect(client.tlsSeen(registry.host)).toBe(false)
  })

  it.each(['answers in plain text', 'hangs up'])('is told from one with a bad certificate: it %s', async (how) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () =>
        how === 'hangs up' ? socket.destroy() : socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      )
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const client = clientOf()
    const endpoint = client.endpoints(`127.0.0.1:${port}`)[0]
    expect(await failureOf(client.repository(`127.0.0.1:${port}/a`, { endpoint }).manifests.get('1'))).toMatchObject({
      name: 'TransportError',
      code: 'TLS_FAILED',
    })
    expect(client.tlsSeen(`127.0.0.1:${port}`)).toBe(false)
  })
})

describe('TLS, once seen', () => {
  it('forbids plain http even when the request over it failed', async () => {
    const own = makeCertificate({ authority: true })
    const leaf = makeCertificate({ issuer: own })
    const registry = await serve((request) => void request.socket.destroy(), { tls: leaf })
    const client = clientOf({ certificates: [own.cert] })
    await failureOf(
      client.repository(`${registry.host}/a`).blobs.read({ mediaType: 'x/y', digest: manifest.digest, size: 1 }),
    )
    expect(client.tlsSeen(registry.host)).toBe(true)
    const http = client.endpoints(registry.host).find(({ scheme }) => scheme === 'http')
    expect(
      await failureOf(client.repository(`${registry.host}/a`, { endpoint: http }).manifests.get('1')),
    ).toMatchObject({ code: 'ORIGIN_REFUSED' })
  })
})

describe('a host whose port 443 is written out', () => {
  it('is the same host: insecure where it was marked, and never asked in plain http once it spoke TLS', async () => {
    const asked: [url: string, insecure: boolean][] = []
    const client = clientOf({
      insecure: ['registry.test:443'],
      transport: async ({ url, insecure = false }, to) => {
        asked.push([url.origin, insecure])
        await to.head(501, new Headers())
      },
    })
    await failureOf(client.repository('registry.test:443/a').manifests.get('1'))
    expect(asked).toEqual([['https://registry.test', true]])
    expect(client.tlsSeen('registry.test:443')).toBe(true)
  })
})
