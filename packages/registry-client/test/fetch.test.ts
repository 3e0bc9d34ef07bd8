import { createFetchTransport, createRegistryClient, type Fetch } from '@lading/registry-client/fetch'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseProxy } from '../src/index.ts'
import { failureOf } from './support/client.ts'
import { manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve } from './support/scripted-server.ts'

const manifest = manifestOf()
const url = new URL('https://registry.test/v2/')
const ignore = { head: (): void => undefined, data: (): void => undefined }
const get = { method: 'GET', url, headers: {} } as const

describe('the client over fetch', () => {
  it('signs in, follows redirects by its own rules and reads a manifest', async () => {
    const cdn = await serve((_request, response) =>
      bytes(response, 200, manifest.bytes, { 'content-type': manifestType }),
    )
    const registry = await serve((request, response) => {
      if (request.url?.startsWith('/token') === true) json(response, 200, { token: 't' })
      else if (request.headers.authorization === undefined)
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` })
      else response.writeHead(307, { location: `${cdn.origin}/m` }).end()
    })
    const client = createRegistryClient({ insecure: [registry.host] })
    onTestFinished(() => client.close())
    expect(
      (
        await client
          .repository(`${registry.host}/a`, {
            endpoint: { url: registry.origin, host: registry.host, scheme: 'http', mirror: false, insecure: true },
          })
          .manifests.get('1')
      ).descriptor.digest,
    ).toBe(manifest.digest)
    expect(registry.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, 'Bearer t'])
    expect(cdn.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('refuses what was coded on the way, though fetch has undone it', async () => {
    const { gzipSync } = await import('node:zlib')
    const registry = await serve((_request, response) =>
      bytes(response, 200, gzipSync(manifest.bytes), { 'content-type': manifestType, 'content-encoding': 'gzip' }),
    )
    const client = createRegistryClient({ insecure: [registry.host] })
    onTestFinished(() => client.close())
    const endpoint = {
      url: registry.origin,
      host: registry.host,
      scheme: 'http',
      mirror: false,
      insecure: true,
    } as const
    expect(await failureOf(client.repository(`${registry.host}/a`, { endpoint }).manifests.get('1'))).toMatchObject({
      code: 'CONTENT_CODING',
    })
    expect(registry.requests[0]?.headers['accept-encoding']).toBe('identity')
  })

  it('waits as long as an upload moves, and for its answer after that', async () => {
    const { createHash } = await import('node:crypto')
    const registry = await serve((request, response) => {
      request
        .resume()
        .on('end', () =>
          bytes(response, request.method === 'POST' ? 202 : 201, '', { location: '/v2/a/blobs/uploads/1' }),
        )
    })
    async function* slow(): AsyncGenerator<Uint8Array, void, undefined> {
      for (const piece of ['a', 'b', 'c', 'd', 'e', 'f']) {
        await new Promise((resolve) => setTimeout(resolve, 150))
        yield Buffer.from(piece)
      }
    }
    const client = createRegistryClient({ insecure: [registry.host], timeouts: { headers: 600 } })
    onTestFinished(() => client.close())
    const endpoint = {
      url: registry.origin,
      host: registry.host,
      scheme: 'http',
      mirror: false,
      insecure: true,
    } as const
    const digest = `sha256:${createHash('sha256').update('abcdef').digest('hex')}` as const
    expect(
      await client
        .repository(`${registry.host}/a`, { endpoint })
        .blobs.upload({ mediaType: '', digest, size: 6 }, slow()),
    ).toEqual({ mounted: false })
  })

  it("takes a fetch of one's own", async () => {
    const asked: string[] = []
    const fetch: Fetch = async (address, { redirect }) => {
      asked.push(`${address} ${redirect}`)
      return new Response(new Uint8Array(manifest.bytes), { headers: { 'content-type': manifestType } })
    }
    await createRegistryClient({ fetch }).repository('registry.test/a').manifests.get('1')
    expect(asked).toEqual(['https://registry.test/v2/a/manifests/1 manual'])
  })
})

describe('what fetch cannot do', () => {
  const never: Fetch = async () => {
    throw new Error('asked all the same')
  }

  it.each([
    ['a proxy', { proxy: parseProxy('http://proxy') }],
    ['a client certificate', { tls: { cert: 'c', key: 'k' } }],
    ['a minimum version', { tls: { minVersion: 'TLSv1.3' } }],
  ] as const)('is refused before anything is asked: %s', async (what, how) => {
    expect(await failureOf(createFetchTransport({ fetch: never })({ ...get, ...how }, ignore))).toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(what) as string,
      facts: { host: 'registry.test' },
    })
  })

  it("is to show a browser's redirect: that is an error of its own", async () => {
    // What a browser gives for `redirect: 'manual'`.
    const opaque = Object.defineProperties(Response.error(), { type: { value: 'opaqueredirect' } })
    expect(await failureOf(createFetchTransport({ fetch: async () => opaque })(get, ignore))).toMatchObject({
      name: 'TransportError',
      code: 'REDIRECT_HIDDEN',
      temporary: false,
    })
  })
})

describe('a fetch that fails', () => {
  it.each<[string, unknown, string]>([
    [
      'Node, with a cause',
      new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' }) }),
      'TLS_REFUSED',
    ],
    [
      'Bun, with a code of its own',
      Object.assign(new Error('Unable to connect'), { code: 'ConnectionRefused' }),
      'CONNECTION_REFUSED',
    ],
    ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAI_MEMORY'].map((code): [string, unknown, string] => [
      `Node, which has no more of what ${code} is about`,
      new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) }),
      'MACHINE_LIMIT',
    ]),
    ...[
      { address: '192.0.2.1', says: 'MACHINE_LIMIT' },
      // On a machine without IPv6.
      { address: '2001:db8::1', says: 'CONNECTION_REFUSED' },
    ].map(({ address, says }): [string, unknown, string] => [
      `Node, which has no address to come from to ${address}`,
      new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'EADDRNOTAVAIL', address }) }),
      says,
    ]),
    ['a browser, with no word why', new TypeError('Failed to fetch'), 'CONNECTION_LOST'],
    ['nothing at all', undefined, 'CONNECTION_LOST'],
  ])('says why as far as it is known: %s', async (_what, error, code) => {
    const fetch: Fetch = async () => {
      throw error
    }
    expect(await failureOf(createFetchTransport({ fetch })(get, ignore))).toMatchObject({
      name: 'TransportError',
      code,
    })
  })

  it('to answer in time is given up, and so is a body that drips', async () => {
    const silent = await serve(() => undefined)
    const dripping = await serve((_request, response) => void response.writeHead(200).write('x'))
    const transport = createFetchTransport({ timeouts: { headers: 50, stall: 50 } })
    expect(await failureOf(transport({ ...get, url: new URL(silent.origin) }, ignore))).toMatchObject({
      code: 'TIMEOUT',
      temporary: true,
      message: expect.stringContaining('did not answer') as string,
    })
    expect(await failureOf(transport({ ...get, url: new URL(dripping.origin) }, ignore))).toMatchObject({
      code: 'TIMEOUT',
      temporary: true,
      message: expect.stringContaining('stopped sending') as string,
    })
  })
})
