import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { image, makeCertificate, startTestRegistry, type TestRegistry, type TestRegistryOptions } from '../src/index.ts'
import { ask } from './support/http.ts'

let registry: TestRegistry | undefined
afterEach(() => registry?.close())

const ping = async (tls: TestRegistryOptions['tls'], ca?: string): Promise<number> => {
  registry = await startTestRegistry({ tls })
  return (await ask(`${registry.url}/v2/`, { ca: ca ?? registry.ca })).status
}

describe('https', () => {
  test('by a CA made on the spot', async () => {
    expect(await ping(true)).toBe(200)
    expect(registry?.url).toMatch(/^https:/)
    await expect(ask(`${registry!.url}/v2/`)).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  })

  test('by its name as well as by its address', async () => {
    await ping(true)
    expect((await ask(`https://localhost:${registry!.port}/v2/`, { ca: registry!.ca })).status).toBe(200)
  })

  test('expired', async () => {
    await expect(ping({ notAfter: new Date(Date.now() - 1000) })).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' })
  })

  test('not yet valid', async () => {
    await expect(ping({ notBefore: new Date(Date.now() + 3_600_000) })).rejects.toMatchObject({
      code: 'CERT_NOT_YET_VALID',
    })
  })

  test('for another name', async () => {
    await expect(ping({ hosts: ['registry.example'] })).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })

  test('self-signed', async () => {
    const own = makeCertificate()
    await expect(ping(own)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  })

  test('reset and close work under TLS', async () => {
    registry = await startTestRegistry({ tls: true })
    const app = await registry.seed(image('t/app:1').randomLayer(50_000))
    registry.addFault({ on: 'blob', nth: 1, afterBytes: 1000, then: 'close' })
    registry.addFault({ on: 'blob', nth: 2, afterBytes: 1000, then: 'reset' })
    const url = `${registry.url}/v2/t/app/blobs/${app.layers[0]!.digest}`
    expect(await ask(url, { ca: registry.ca })).toMatchObject({ whole: false, body: { length: 1000 } })
    expect(await ask(url, { ca: registry.ca })).toMatchObject({ whole: false })
    expect(await ask(url, { ca: registry.ca })).toMatchObject({ whole: true })
  })
})

describe('client certificates', () => {
  const blobOf = async (
    options: TestRegistryOptions,
  ): Promise<(client?: { cert: string; key: string }) => ReturnType<typeof ask>> => {
    registry = await startTestRegistry({ tls: true, images: [image('t/app:1').layer({ a: 'b' })], ...options })
    const { url, ca } = registry
    return (client) => ask(`${url}/v2/t/app/manifests/1`, { ca, client })
  }

  test('required: no handshake without one of the registry’s CA', async () => {
    const get = await blobOf({ clientCertificates: 'required' })
    await expect(get()).rejects.toMatchObject({ code: expect.stringMatching(/^(ERR_SSL|ECONNRESET|EPIPE)/) as string })
    const stranger = makeCertificate({ commonName: 'client' })
    await expect(get({ cert: stranger.cert, key: stranger.key })).rejects.toMatchObject({
      code: expect.stringMatching(/^(ERR_SSL|ECONNRESET|EPIPE)/) as string,
    })
    expect((await get(registry!.makeClientCertificate())).status).toBe(200)
  })

  test('for some repositories: 403 there without one, and for another name', async () => {
    const get = await blobOf({ auth: [{ kind: 'certificate', commonName: 'builder', repositories: 't/*' }] })
    expect((await get()).status).toBe(403)
    expect((await get(registry!.makeClientCertificate('other'))).status).toBe(403)
    expect((await get(registry!.makeClientCertificate('builder'))).status).toBe(200)
    expect((await ask(`${registry!.url}/v2/`, { ca: registry!.ca })).status).toBe(200)
  })

  test('or a password', async () => {
    const get = await blobOf({
      auth: {
        kind: 'several',
        schemes: [{ kind: 'certificate' }, { kind: 'basic', username: 'alice', password: 'secret' }],
      },
    })
    expect([(await get()).status, (await get()).headers['www-authenticate']]).toEqual([
      401,
      'Basic realm="test registry"',
    ])
    expect((await get(registry!.makeClientCertificate())).status).toBe(200)
  })

  test('cannot be made without a CA', async () => {
    registry = await startTestRegistry()
    expect(() => registry!.makeClientCertificate()).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })
})

describe('https and http on one host', () => {
  test('each finds its own, and the challenge speaks as the client does', async () => {
    registry = await startTestRegistry({
      tls: true,
      alsoPlainHttp: true,
      auth: { kind: 'bearer' },
      images: [image('t/app:1').layer({ a: 'b' })],
    })
    const challenges = await Promise.all(
      [`https://${registry.host}`, `http://${registry.host}`].map(
        async (url) => (await ask(`${url}/v2/`, { ca: registry!.ca })).headers['www-authenticate'],
      ),
    )
    expect(challenges).toEqual([
      `Bearer realm="https://${registry.host}/token",service="test-registry"`,
      `Bearer realm="http://${registry.host}/token",service="test-registry"`,
    ])
  })

  test('a connection that says nothing is closed with the registry', async () => {
    registry = await startTestRegistry({ tls: true, alsoPlainHttp: true })
    const socket = connect(registry.port, '127.0.0.1')
    await once(socket, 'connect')
    await registry.close()
    expect(await once(socket, 'close')).toEqual([false])
  })
})

describe('an old version of TLS', () => {
  test.each(['TLSv1', 'TLSv1.1'] as const)('%s is refused by a client of today', async (tlsVersion) => {
    registry = await startTestRegistry({ tls: true, tlsVersion })
    await expect(ask(`${registry.url}/v2/`, { ca: registry.ca })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_SSL|EPROTO/) as string,
    })
  })

  test('TLSv1.2 alone is taken', async () => {
    registry = await startTestRegistry({ tls: true, tlsVersion: 'TLSv1.2' })
    expect((await ask(`${registry.url}/v2/`, { ca: registry.ca })).status).toBe(200)
  })
})

describe('a certificate', () => {
  test('says what it was asked to say', () => {
    const ca = makeCertificate({ authority: true, commonName: 'Prüfstelle' })
    const issuer = new X509Certificate(ca.cert)
    const leaf = new X509Certificate(
      makeCertificate({
        hosts: ['a.example', '*.b.example', '10.0.0.1', '::1', '2001:db8::5', '[fe80::1]'],
        issuer: ca,
        notBefore: new Date('2020-01-02T03:04:05Z'),
        notAfter: new Date('2060-01-01T00:00:00Z'),
      }).cert,
    )
    expect(issuer.ca).toBe(true)
    expect(issuer.subject).toBe('CN=Prüfstelle')
    expect(leaf.ca).toBe(false)
    expect(leaf.checkIssued(issuer)).toBe(true)
    expect(leaf.verify(issuer.publicKey)).toBe(true)
    expect(leaf.subjectAltName).toBe(
      'DNS:a.example, DNS:*.b.example, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:0:0:5, IP Address:FE80:0:0:0:0:0:0:1',
    )
    expect([leaf.validFrom, leaf.validTo]).toEqual(['Jan  2 03:04:05 2020 GMT', 'Jan  1 00:00:00 2060 GMT'])
  })

  test('cannot hold a date that is none', () => {
    expect(() => makeCertificate({ notAfter: new Date(Number.NaN) })).toThrow(
      expect.objectContaining({ code: 'CERTIFICATE_INVALID' }),
    )
  })
})
