import { inspect } from 'node:util'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { makeCertificate } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { TLSSocket } from 'node:tls'
import type { Endpoint, RegistryClientOptions } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, type Handler } from './support/scripted-server.ts'

const authority = makeCertificate({ authority: true, commonName: 'an authority' })
const client = makeCertificate({ issuer: authority, commonName: 'ann', hosts: ['ann.test'] })
const manifest = manifestOf()
const tls = { ca: [authority.cert], cert: client.cert, key: client.key }

interface Asking {
  readonly host: string
  /** The common name of the client's certificate at each request, in order. */
  readonly seen: (string | undefined)[]
}

/** What a server signs with is bound by `sigalgs` too. */
const serverKeys: Readonly<Record<string, 'ed25519' | 'rsa'>> = { ed25519: 'ed25519', 'RSA-PSS+SHA256': 'rsa' }

/** Asks every client for its certificate; whether it must have one is `demand`. */
async function askingServer(
  handler: Handler,
  {
    demand = false,
    names,
    sigalgs,
  }: { readonly demand?: boolean; readonly names?: readonly string[]; readonly sigalgs?: string } = {},
): Promise<Asking> {
  const own = makeCertificate({ issuer: authority, hosts: names, keyType: serverKeys[sigalgs ?? ''] })
  const seen: (string | undefined)[] = []
  const server = createServer(
    { key: own.key, cert: own.cert, ca: [authority.cert], requestCert: true, rejectUnauthorized: demand, sigalgs },
    (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate() as { subject?: { CN?: string } }
      seen.push(subject?.CN)
      void handler(request, response)
    },
  )
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const endpointOf = (host: string, settings: Endpoint['tls']): Endpoint => ({
  url: `https://${host}`,
  host,
  scheme: 'https',
  mirror: false,
  insecure: false,
  tls: settings,
})
const serveManifest: Handler = (_request, response) =>
  bytes(response, 200, manifest.bytes, { 'content-type': manifestType })

describe("an endpoint's TLS settings", () => {
  it('make its authority trusted there, and nowhere else', async () => {
    const [one, other] = [await askingServer(serveManifest), await askingServer(serveManifest)]
    const registry = clientOf()
    await registry.repository(`${one.host}/a`, { endpoint: endpointOf(one.host, { ca: tls.ca }) }).manifests.get('1')
    expect(
      await failureOf(
        registry.repository(`${other.host}/a`, { endpoint: endpointOf(other.host, undefined) }).manifests.get('1'),
      ),
    ).toMatchObject({ code: 'TLS_REFUSED' })
    expect(one.seen).toEqual([undefined])
  })

  it('do not take trust away from the authorities that are trusted everywhere', async () => {
    const one = await askingServer(serveManifest)
    const stranger = makeCertificate({ authority: true })
    await clientOf({ certificates: [authority.cert] })
      .repository(`${one.host}/a`, { endpoint: endpointOf(one.host, { ca: [stranger.cert] }) })
      .manifests.get('1')
    expect(one.seen).toEqual([undefined])
  })

  it('show the client certificate where it is demanded', async () => {
    const one = await askingServer(serveManifest, { demand: true })
    await clientOf()
      .repository(`${one.host}/a`, { endpoint: endpointOf(one.host, tls) })
      .manifests.get('1')
    expect(one.seen).toEqual(['ann'])
  })

  it.each([
    ['the first', 'ECDSA+SHA256', 'ann'],
    ['the second', 'ed25519', 'bea'],
    ['the third', 'RSA-PSS+SHA256', 'cat'],
  ])('show the one of several that the server accepts: %s', async (_which, sigalgs, name) => {
    const pairs = [
      client,
      makeCertificate({ issuer: authority, commonName: 'bea', keyType: 'ed25519' }),
      makeCertificate({ issuer: authority, commonName: 'cat', keyType: 'rsa' }),
      // Of one kind of key there is one place.
      makeCertificate({ issuer: authority, commonName: 'dan' }),
    ]
    const one = await askingServer(serveManifest, { demand: true, sigalgs })
    const settings = { ca: tls.ca, cert: pairs.map(({ cert }) => cert), key: pairs.map(({ key }) => key) }
    await clientOf()
      .repository(`${one.host}/a`, { endpoint: endpointOf(one.host, settings) })
      .manifests.get('1')
    expect(one.seen).toEqual([name])
  })

  it('show it to a token server on the same origin', async () => {
    const one = await askingServer((request, response) => {
      if (request.url?.startsWith('/token') === true) json(response, 200, { token: 't' })
      else if (request.headers.authorization === undefined)
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="https://${request.headers.host}/token"` })
      else void serveManifest(request, response)
    })
    await clientOf()
      .repository(`${one.host}/a`, { endpoint: endpointOf(one.host, tls) })
      .manifests.get('1')
    expect(one.seen).toEqual(['ann', 'ann', 'ann'])
  })

  it('of a minimum version are kept', async () => {
    const own = makeCertificate({ issuer: authority })
    const server = createServer(
      { key: own.key, cert: own.cert, maxVersion: 'TLSv1.2' },
      (request, response) => void serveManifest(request, response),
    )
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const get = (minVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<unknown> =>
      clientOf()
        .repository(`${host}/a`, { endpoint: endpointOf(host, { ca: tls.ca, minVersion }) })
        .manifests.get('1')
    await get('TLSv1.2')
    expect(await failureOf(get('TLSv1.3'))).toMatchObject({ code: 'TLS_REFUSED' })
  })

  it.each([
    ['a certificate without its key', { cert: client.cert }],
    ['a key of another certificate', { cert: client.cert, key: authority.key }],
    ['two certificates with one key', { cert: [client.cert, client.cert], key: client.key }],
    ['an authority that is no PEM', { ca: ['-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----'] }],
  ])('that are of no use (%s) are said to be', async (_what, settings) => {
    const one = await askingServer(serveManifest, { demand: true })
    const error = await failureOf(
      clientOf({ certificates: [authority.cert] })
        .repository(`${one.host}/a`, { endpoint: endpointOf(one.host, settings) })
        .manifests.get('1'),
    )
    expect(error).toMatchObject({ code: 'OPTION_INVALID' })
    expect(one.seen).toEqual([])
  })
})

describe('a client certificate', () => {
  const layer = Buffer.from('layer')
  // Host by host: the other one has the same settings, as if certs.d had a folder for it too.
  const everywhere: RegistryClientOptions = { tls: () => tls }

  it('is not shown where a redirect leads, nor on the way back', async () => {
    const cdn: Asking = await askingServer((request, response) => {
      response.writeHead(307, { location: `https://${registry.host}/back` }).end()
    })
    const registry: Asking = await askingServer((request, response) => {
      if (request.url === '/back') bytes(response, 200, layer)
      else response.writeHead(307, { location: `https://${cdn.host}/blob` }).end()
    })
    await clientOf(everywhere)
      .repository(`${registry.host}/a`, { endpoint: endpointOf(registry.host, tls) })
      .blobs.read(descriptorOf(layer))
    expect(registry.seen).toEqual(['ann', undefined])
    expect(cdn.seen).toEqual([undefined])
  })

  it('is out of sight in a repository that shows it', async () => {
    const registry = await askingServer(serveManifest, { demand: true })
    const repository = clientOf().repository(`${registry.host}/a`, { endpoint: endpointOf(registry.host, tls) })
    await repository.manifests.get('1')
    expect(registry.seen).toEqual(['ann'])
    expect(inspect(repository, { depth: Infinity, showHidden: true })).not.toContain('PRIVATE KEY')
  })

  it('is not shown where an upload is led away and back', async () => {
    const away: Asking = await askingServer((_request, response) => {
      response.writeHead(202, { location: `https://${registry.host}/back` }).end()
    })
    const registry: Asking = await askingServer((request, response) => {
      if (request.url === '/v2/a/blobs/uploads/')
        response.writeHead(202, { location: `https://${away.host}/upload` }).end()
      else response.writeHead(request.method === 'PUT' ? 201 : 202, { location: '/back' }).end()
    })
    await clientOf(everywhere)
      .repository(`${registry.host}/a`, { endpoint: endpointOf(registry.host, tls) })
      .blobs.upload(descriptorOf(layer), layer, { chunkSize: layer.byteLength })
    expect(away.seen).toEqual([undefined])
    expect(registry.seen).toEqual(['ann', undefined])
  })

  it('is not shown on the way back to answer a challenge that comes after a redirect', async () => {
    const away: Asking = await askingServer((request, response) => {
      if (request.url?.startsWith('/token') === true) json(response, 200, { token: 't' })
      else response.writeHead(307, { location: `https://${registry.host}/v2/b/blobs/x` }).end()
    })
    const registry: Asking = await askingServer((request, response) => {
      if (request.url?.startsWith('/token') === true) json(response, 200, { token: 't' })
      else if (request.url !== '/v2/b/blobs/x') response.writeHead(307, { location: `https://${away.host}/blob` }).end()
      else if (request.headers.authorization === undefined)
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="https://${registry.host}/token"` })
      else bytes(response, 200, layer)
    })
    expect(
      await clientOf(everywhere)
        .repository(`${registry.host}/a`, { endpoint: endpointOf(registry.host, tls) })
        .blobs.read(descriptorOf(layer)),
    ).toEqual(new Uint8Array(layer))
    expect(registry.seen).toEqual(['ann', undefined, undefined, undefined])
  })

  it('is not shown to a token server on another host', async () => {
    const auth = await askingServer((_request, response) => json(response, 200, { token: 't' }))
    const registry = await askingServer((request, response) => {
      if (request.headers.authorization === undefined)
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="https://${auth.host}/token"` })
      else void serveManifest(request, response)
    })
    await clientOf(everywhere)
      .repository(`${registry.host}/a`, { endpoint: endpointOf(registry.host, tls) })
      .manifests.get('1')
    expect(registry.seen).toEqual(['ann', 'ann'])
    expect(auth.seen).toEqual([undefined])
  })

  it('is not shown where a redirect leads and a challenge comes, though that is an endpoint too', async () => {
    const behind = await askingServer((request, response) => {
      if (request.url?.startsWith('/token') === true) json(response, 200, { token: 't' })
      else if (request.headers.authorization === undefined)
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="https://${request.headers.host}/token"` })
      else void serveManifest(request, response)
    })
    const front = await askingServer(
      (_request, response) =>
        void response.writeHead(307, { location: `https://${behind.host}/v2/a/manifests/1` }).end(),
    )
    const one = clientOf(everywhere)
    // From here on, the client knows settings for it.
    await one.repository(`${behind.host}/a`, { endpoint: endpointOf(behind.host, tls) }).manifests.get('1')
    expect(behind.seen.splice(0)).toEqual(['ann', 'ann', 'ann'])
    await one.repository(`${front.host}/a`, { endpoint: endpointOf(front.host, tls) }).manifests.get('1')
    expect(front.seen).toEqual(['ann'])
    expect(behind.seen).toEqual([undefined, undefined, undefined])
  })

  it("is not shown where a layer's own URL leads, though that is an endpoint", async () => {
    const registry = await askingServer((request, response) =>
      request.url === '/layer' ? bytes(response, 200, layer) : void serveManifest(request, response),
    )
    const endpoint = endpointOf(registry.host, tls)
    const one = clientOf(everywhere)
    const repository = one.repository(`${registry.host}/a`, { endpoint })
    await repository.manifests.get('1')
    await repository.blobs.fetchForeign(`https://${registry.host}/layer`, descriptorOf(layer), {
      offset: 0,
      begin: () => undefined,
      write: () => undefined,
    })
    expect(registry.seen).toEqual(['ann', undefined])
  })
})
