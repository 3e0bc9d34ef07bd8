import { image, startTestRegistry, type TestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import type { Descriptor } from '@lading/manifest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clientOf, failureOf } from './support/client.ts'
import { manifestType } from './support/image.ts'
import { bytes, json, serve, sha256, type Handler } from './support/scripted-server.ts'

const indexType = 'application/vnd.oci.image.index.v1+json'
const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256('{}'), size: 2 }
const entry = (name: string, artifactType: string): Record<string, unknown> => ({
  mediaType: manifestType,
  digest: sha256(name),
  size: 1,
  artifactType,
})

async function registryOf(
  options: TestRegistryOptions = {},
): Promise<{ readonly registry: TestRegistry; readonly subject: Descriptor }> {
  const registry = await startTestRegistry(options)
  onTestFinished(() => registry.close())
  const { descriptor } = await registry.seed(image('t/app:1').layer({ a: 'a' }))
  const repository = registry.repository('t/app')
  repository.putBlob('{}')
  for (const [name, artifactType] of [
    ['a', 'x/sbom'],
    ['b', 'x/signature'],
    ['c', 'x/sbom'],
  ] as const) {
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        artifactType,
        config: empty,
        layers: [empty],
        subject: descriptor,
        annotations: { name },
      }),
    )
    await clientOf().repository(`${registry.host}/t/app`).manifests.put(sha256(manifest), manifest)
  }
  registry.journal.clear()
  return { registry, subject: descriptor }
}

async function gather<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of list) all.push(item)
  return all
}
const names = async (list: AsyncIterable<Descriptor>): Promise<string[]> =>
  (await gather(list)).map(({ annotations }) => annotations?.['name'] ?? '').toSorted()

describe('what refers to a manifest', () => {
  it.each<[string, TestRegistryOptions]>([
    ['the API', {}],
    ['the API, page after page', { quirks: { maxPageSize: 1 } }],
    ['the fallback tag', { referrers: false }],
  ])('is listed by %s, all or of one type', async (_how, options) => {
    const { registry, subject } = await registryOf(options)
    const repository = clientOf().repository(`${registry.host}/t/app`)
    expect(await names(repository.referrers(subject.digest))).toEqual(['a', 'b', 'c'])
    expect(await names(repository.referrers(subject.digest, { artifactType: 'x/sbom' }))).toEqual(['a', 'c'])
    expect(await names(repository.referrers(sha256('nobody')))).toEqual([])
  })

  it('is filtered here when the registry did not say that it filters', async () => {
    const server = await serve((_request, response) =>
      json(
        response,
        200,
        { schemaVersion: 2, mediaType: indexType, manifests: [entry('a', 'x/a'), entry('b', 'x/b')] },
        { 'content-type': indexType },
      ),
    )
    expect(
      (await gather(clientOf().repository(`${server.host}/a`).referrers(sha256('s'), { artifactType: 'x/b' }))).map(
        ({ digest }) => digest,
      ),
    ).toEqual([sha256('b')])
    expect(server.requests[0]?.line).toBe(`GET /v2/a/referrers/${sha256('s')}?artifactType=x%2Fb`)
  })

  it.each<[string, string]>([
    ['no entries', '{"schemaVersion":2,"manifests":null}'],
    ['no list', `{"schemaVersion":2,"mediaType":"${indexType}"}`],
    ['a member twice', '{"schemaVersion":2,"manifests":[{}],"manifests":[]}'],
    ['bytes that are not UTF-8', '{"schemaVersion":2,"manifests":[],"annotations":{"a":"\xe9"}}'],
  ])('is none in a list with %s', async (_what, list) => {
    const server = await serve((_request, response) => {
      response.setHeader('content-type', indexType).end(Buffer.from(list, 'latin1'))
    })
    expect(await gather(clientOf().repository(`${server.host}/a`).referrers(sha256('s')))).toEqual([])
  })

  it('is unknown, not empty, for a repository that is not there', async () => {
    const { registry } = await registryOf({ referrers: false })
    expect(
      await failureOf(gather(clientOf().repository(`${registry.host}/t/none`).referrers(sha256('s')))),
    ).toMatchObject({ code: 'NAME_UNKNOWN' })
  })

  it.each<[string, Handler]>([
    ['400', (_, response) => json(response, 400, { errors: [{ code: 'UNSUPPORTED' }] })],
    ['406', (_, response) => bytes(response, 406, '')],
    ['501', (_, response) => bytes(response, 501, '')],
    ['a web page', (_, response) => bytes(response, 200, '<!doctype html>', { 'content-type': 'text/html' })],
    ['no body', (_, response) => bytes(response, 200, '')],
    ['JSON of something else', (_, response) => json(response, 200, { errors: [] })],
    ['null', (_, response) => json(response, 200, null)],
    ['a way to a login page', (_, response) => response.writeHead(303, { location: '/login' }).end()],
  ])('is listed by the fallback tag where the API is answered with %s', async (_what, answer) => {
    const list = { schemaVersion: 2, mediaType: indexType, manifests: [entry('a', 'x/a')] }
    const server = await serve((request, response) => {
      if (request.url?.includes('/referrers/')) return answer(request, response)
      if (request.url === '/login') return bytes(response, 200, '<html>', { 'content-type': 'text/html' })
      return json(response, 200, list, { 'content-type': indexType })
    })
    const found = await gather(clientOf().repository(`${server.host}/a`).referrers(sha256('s')))
    expect(found.map(({ digest }) => digest)).toEqual([sha256('a')])
  })

  it('is found by its digest, whatever size the list says', async () => {
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: empty, layers: [empty] })
    const listed = { ...entry('', 'x/a'), digest: sha256(manifest), size: 2621 }
    const server = await serve((request, response) =>
      request.url?.includes('/referrers/')
        ? json(response, 200, { schemaVersion: 2, manifests: [listed] }, { 'content-type': indexType })
        : bytes(response, 200, manifest, { 'content-type': manifestType }),
    )
    const repository = clientOf().repository(`${server.host}/a`)
    const [found] = await gather(repository.referrers(sha256('s')))
    expect(found?.size).toBe(2621)
    expect((await repository.manifests.get(found?.digest ?? '')).descriptor.size).toBe(manifest.length)
  })

  it('is not waited for where the API leads to a web page that is overrun', async () => {
    const pages = await serve((_, response) =>
      bytes(response, 429, '<html>', { 'content-type': 'text/html', 'retry-after': '60' }),
    )
    const server = await serve((request, response) => {
      if (request.url?.includes('/referrers/')) response.writeHead(303, { location: `${pages.origin}/packages` }).end()
      else json(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] })
    })
    expect(await gather(clientOf().repository(`${server.host}/a`).referrers(sha256('s')))).toEqual([])
    expect(pages.requests).toHaveLength(1)
  })

  it('is not what an index consists of, where the fallback tag is taken for its digest', async () => {
    const index = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [entry('child', 'x/a')] })
    const server = await serve((request, response) =>
      request.url?.includes('/referrers/')
        ? bytes(response, 404, '')
        : bytes(response, 200, index, { 'content-type': indexType }),
    )
    expect(await gather(clientOf().repository(`${server.host}/a`).referrers(sha256(index)))).toEqual([])
  })

  it.each<[string, string, (host: string) => [body: string, headers: Record<string, string>]]>([
    ['a web page', 'BAD_RESPONSE', () => ['<html>login', { 'content-type': 'text/html' }]],
    [
      'a manifest',
      'BAD_RESPONSE',
      () => [
        JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: empty, layers: [] }),
        { 'content-type': manifestType },
      ],
    ],
    [
      'a next page elsewhere',
      'BAD_RESPONSE',
      () => [
        JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [] }),
        { 'content-type': indexType, link: '<http://evil.example/x>; rel="next"' },
      ],
    ],
    [
      'the same page again',
      'BAD_RESPONSE',
      (path) => [
        JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [] }),
        { 'content-type': indexType, link: `<${path}>; rel="next"` },
      ],
    ],
  ])('is refused when it is %s', async (_what, code, answer) => {
    const server = await serve((request, response) => bytes(response, 200, ...answer(request.url ?? '')))
    expect(await failureOf(gather(clientOf().repository(`${server.host}/a`).referrers(sha256('s'))))).toMatchObject({
      code,
    })
  })
})

describe('the catalog of a registry', () => {
  it('comes page after page, with a token for it', async () => {
    const registry = await startTestRegistry({
      quirks: { maxPageSize: 2 },
      auth: { kind: 'bearer', username: 'ann', password: 'secret', anonymous: 'pull' },
    })
    onTestFinished(() => registry.close())
    for (const name of ['a', 'b/c', 'd', 'e', 'f']) registry.repository(name).create()
    const scopes: string[] = []
    const asked: unknown[] = []
    const client = clientOf({
      onEvent: (event) => event.type === 'token' && scopes.push(event.scope),
      credentials: async (target) => {
        asked.push(target)
        return { kind: 'basic', username: 'ann', password: 'secret' }
      },
    })
    expect(await gather(client.catalog(registry.host))).toEqual(['a', 'b/c', 'd', 'e', 'f'])
    expect(scopes).toEqual(['registry:catalog:*'])
    expect(asked).toEqual([{ host: registry.host, repository: undefined }])
    const anonymous = await failureOf(gather(clientOf().catalog(registry.host)))
    expect(anonymous).toMatchObject({
      code: expect.stringMatching(/UNAUTHORIZED|DENIED/) as string,
      hint: expect.stringContaining('administrators') as string,
    })
  })

  it('has no entry that is no repository, and is told when there is none', async () => {
    const server = await serve((_request, response) =>
      json(response, 200, { repositories: ['ok', '../x', 7, 'UP', 'a\u001B[2J', ''] }),
    )
    expect(await gather(clientOf().catalog(server.host))).toEqual(['ok'])
    const without = await startTestRegistry({ quirks: { catalog: false } })
    onTestFinished(() => without.close())
    expect((await failureOf(gather(clientOf().catalog(without.host))))['code']).toMatch(
      /UNSUPPORTED|NAME_UNKNOWN|NOT_FOUND/,
    )
    expect(await failureOf(gather(clientOf().catalog('evil@host')))).toMatchObject({ code: 'TARGET_INVALID' })
  })
})
