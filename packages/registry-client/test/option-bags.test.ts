import { describe, expect, it } from 'vitest'
import { createRegistryClient as createFetchClient } from '@lading/registry-client/fetch'
import type { Endpoint, Repository } from '../src/index.ts'
import { clientOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { overFetch } from './support/over-fetch.ts'
import { bytes, json, serve, type ScriptedServer } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

const blob = Buffer.from('a blob')
const indexType = 'application/vnd.oci.image.index.v1+json'
const { digest } = descriptorOf(blob)
const manifest = manifestOf(Buffer.from('{}'), [blob])

/** What a caller's options are asked for. To copy them whole is to take what nobody documented. */
function observed(): { readonly options: object; readonly taken: Set<string> } {
  const taken = new Set<string>()
  const options = new Proxy(
    {},
    {
      get: (_, name) => void taken.add(String(name)),
      has: (_, name) => taken.add(String(name)) && false,
      ownKeys: () => {
        taken.add('all of them')
        return []
      },
    },
  )
  return { options, taken }
}

async function all(list: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of list);
}

const verbs: Readonly<
  Record<string, readonly [documented: string, call: (at: Repository, options: object) => Promise<unknown>]>
> = {
  'manifests.head': ['signal thenGet', ({ manifests }, options) => manifests.head('1', options)],
  'manifests.get': ['signal', ({ manifests }, options) => manifests.get('1', options)],
  'manifests.getIfChanged': ['signal', ({ manifests }, options) => manifests.getIfChanged('1', digest, options)],
  'manifests.put': ['mediaType signal tags', ({ manifests }, options) => manifests.put('1', manifest.bytes, options)],
  'manifests.delete': ['signal', ({ manifests }, options) => manifests.delete('1', options)],
  'blobs.open': ['signal', ({ blobs }, options) => all(blobs.open(descriptorOf(blob), options))],
  'blobs.read': ['maxBytes signal', ({ blobs }, options) => blobs.read(descriptorOf(blob), options)],
  'blobs.head': ['signal', ({ blobs }, options) => blobs.head(digest, options)],
  'blobs.fetch': ['onWait signal', ({ blobs }, options) => blobs.fetch(descriptorOf(blob), sinkOf(), options)],
  'blobs.upload': [
    'chunkSize mount onProgress signal',
    ({ blobs }, options) => blobs.upload(descriptorOf(blob), blob, options),
  ],
  'blobs.mount': ['from signal', ({ blobs }, options) => blobs.mount(digest, options)],
  'blobs.delete': ['signal', ({ blobs }, options) => blobs.delete(digest, options)],
  'blobs.fetchForeign': [
    'onWait signal',
    ({ blobs }, options) =>
      blobs.fetchForeign('http://other.example/layer', descriptorOf(blob), sinkOf(), options).catch(() => undefined),
  ],
  tags: ['last maxPages pageSize signal', (at, options) => all(at.tags(options))],
  referrers: ['artifactType maxPages signal', (at, options) => all(at.referrers(digest, options))],
}

const start = (): Promise<ScriptedServer> =>
  serve((request, response) => {
    const { method = '', url = '' } = request
    if (method === 'DELETE') return json(response, 202, {})
    if (method === 'POST') return bytes(response, 202, '', { location: '/v2/a/blobs/uploads/1' })
    if (method === 'PUT') return bytes(response, 201, '')
    if (url.includes('/tags/') || url.includes('_catalog')) return json(response, 200, { tags: [], repositories: [] })
    if (url.includes('/referrers/'))
      return json(
        response,
        200,
        { schemaVersion: 2, mediaType: indexType, manifests: [] },
        { 'content-type': indexType },
      )
    if (!url.includes('/manifests/')) return bytes(response, 200, blob)
    return bytes(response, 200, manifest.bytes, {
      'content-type': manifestType,
      'docker-content-digest': manifest.digest,
    })
  })

describe('the options of a call', () => {
  it.each(Object.entries(verbs))('are taken by name: %s', async (_, [documented, call]) => {
    const registry = await start()
    const { options, taken } = observed()
    await call(clientOf().repository(`${registry.host}/a`, { endpoint: endpointOf(registry) }), options)
    expect([...taken].toSorted().join(' ')).toBe(documented)
  })

  it('are taken by name where no repository is asked', async () => {
    const registry = await start()
    const client = clientOf()
    const calls: readonly (readonly [string, (options: object) => Promise<unknown>])[] = [
      ['maxPages pageSize signal', (options) => all(client.catalog(registry.host, options))],
      ['credential signal', (options) => client.signIn(registry.host, options)],
      ['endpoint onEvent schemas', async (options) => client.repository(`${registry.host}/a`, options)],
    ]
    for (const [documented, call] of calls) {
      const { options, taken } = observed()
      await call(options)
      expect([...taken].toSorted().join(' ')).toBe(documented)
    }
  })

  it('do not turn the login off, whatever else they say', async () => {
    const registry = await serve((request, response) =>
      request.headers.authorization === undefined
        ? json(response, 401, {}, { 'www-authenticate': 'Basic realm="all"' })
        : bytes(response, 200, manifest.bytes, { 'content-type': manifestType }),
    )
    const { manifests } = clientOf({
      credentials: async () => ({ kind: 'basic', username: 'ann', password: 'password' }),
    }).repository(`${registry.host}/a`, { endpoint: endpointOf(registry) })
    const unknown: object = {
      anonymous: true,
      streamed: true,
      scope: 'repository:other:pull',
      clearance: { show: {}, addresses: [] },
      about: { subject: 'blob' },
      untilServerError: true,
      endpoint: undefined,
      registry: new URL('https://registry.example'),
    }
    expect((await manifests.get('1', unknown)).descriptor.digest).toBe(manifest.digest)
    await expect(manifests.head('1', unknown)).resolves.toMatchObject({ digest: manifest.digest })
  })

  it('give a client over fetch no other transport', async () => {
    const registry = await start()
    let asked = 0
    const options: object = { transport: async () => void (asked += 1) }
    const client = createFetchClient(options)
    await client.repository(`${registry.host}/a`, { endpoint: endpointOf(registry) }).manifests.get('1')
    await client.close()
    expect(asked).toBe(0)
  })
})

describe.skipIf(overFetch.now)('a provider of credentials', () => {
  it('is given nothing but what is documented', async () => {
    const registry = await serve((_, response) => json(response, 401, {}, { 'www-authenticate': 'Basic realm="all"' }))
    const given = new Set<string>()
    const { blobs } = clientOf({
      credentials: async (_, options) => {
        for (const name of Object.keys(options ?? {})) given.add(name)
        return { kind: 'basic', username: 'ann', password: 'password' }
      },
    }).repository(`${registry.host}/a`, { endpoint: endpointOf(registry) })
    await expect(blobs.delete(digest)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    expect([...given]).toEqual(['signal'])
  })
})

function endpointOf({ host, origin }: ScriptedServer): Endpoint {
  return { url: origin, host, scheme: 'http', mirror: false, insecure: false }
}
