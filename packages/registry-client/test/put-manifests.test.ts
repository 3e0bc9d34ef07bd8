import { digestOf } from '@lading/digest/hash'
import { image, startTestRegistry, type TestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clientOf, failureOf } from './support/client.ts'
import { manifestType } from './support/image.ts'
import { bytes, json, serve, sha256 } from './support/scripted-server.ts'

const indexType = 'application/vnd.oci.image.index.v1+json'
const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256('{}'), size: 2 }

async function registryOf(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await startTestRegistry(options)
  onTestFinished(() => registry.close())
  registry.repository('t/app').putBlob('{}')
  return registry
}

const artifact = (subject: { readonly digest: string; readonly size: number }, name: string): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType: 'application/x.sbom',
      config: empty,
      layers: [empty],
      subject: { mediaType: manifestType, digest: subject.digest, size: subject.size },
      annotations: { name },
    }),
  )

const plain = (name = ''): Uint8Array =>
  Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: empty, layers: [], annotations: { name } }),
  )

describe('a manifest that is put', () => {
  it('is stored byte for byte, by tag and by digest, and named by its descriptor', async () => {
    const registry = await registryOf()
    const { manifests } = clientOf().repository(`${registry.host}/t/app`)
    const manifest = plain()
    const pushed = await manifests.put('1', manifest)
    expect(pushed).toEqual({
      descriptor: { mediaType: manifestType, digest: sha256(manifest), size: manifest.byteLength },
      subject: undefined,
      referrers: undefined,
    })
    expect((await manifests.get('1')).bytes).toEqual(new Uint8Array(manifest))
    await manifests.put(sha256(manifest), manifest)
    expect(registry.repository('t/app').tags()).toEqual({ 1: sha256(manifest) })
  })

  it('gets its other tags in one request where the registry takes them, and one by one where it does not', async () => {
    const registry = await registryOf()
    const { manifests } = clientOf().repository(`${registry.host}/t/app`)
    const manifest = plain()
    await manifests.put(sha256(manifest), manifest, { tags: ['a', 'b', 'c'] })
    expect(registry.journal.requests({ method: 'PUT' })).toHaveLength(1)
    const many = Array.from({ length: 25 }, (_, index) => `m${index}`)
    await manifests.put(sha256(manifest), manifest, { tags: many })
    expect(registry.journal.requests({ method: 'PUT' })).toHaveLength(4)
    for (const tag of many) expect(registry.repository('t/app').tags()).toHaveProperty(tag, sha256(manifest))
    for (const tag of many) registry.repository('t/app').deleteTag(tag)
    registry.journal.clear()
    registry.addFault({ on: 'manifest', then: 'ignore-query' })
    await manifests.put('d', manifest, { tags: ['e', 'f'] })
    expect(Object.keys(registry.repository('t/app').tags()).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(registry.journal.requests({ method: 'PUT' })).toHaveLength(3)
  })

  it('by sha512 has its tags only where the registry confirms them: under a tag alone it would be another digest', async () => {
    const registry = await registryOf()
    const { manifests } = clientOf().repository(`${registry.host}/t/app`)
    const manifest = plain()
    const digest = digestOf(manifest, 'sha512')
    await manifests.put(digest, manifest, { tags: ['a'] })
    expect(registry.repository('t/app').tags()).toEqual({ a: digest })
    registry.addFault({ on: 'manifest', then: 'ignore-query' })
    expect(await failureOf(manifests.put(digest, manifest, { tags: ['b'] }))).toMatchObject({
      code: 'UNSUPPORTED',
      facts: { digest },
    })
    expect(registry.repository('t/app').tags()).toEqual({ a: digest })
  })

  it('is repeated after 500, 429 and a lost answer', async () => {
    const registry = await registryOf()
    for (const [nth, then] of [
      [1, { status: 500 }],
      [2, { status: 429, retryAfter: 1 }],
      [3, 'reset'],
    ] as const)
      registry.addFault({ on: 'manifest', method: 'PUT', nth, then })
    await clientOf().repository(`${registry.host}/t/app`).manifests.put('1', plain())
    expect(registry.journal.requests({ method: 'PUT' })).toHaveLength(4)
  })

  it('is not sent when it is not what the digest says, or when its type is unknown or another', async () => {
    const registry = await registryOf()
    const { manifests } = clientOf().repository(`${registry.host}/t/app`)
    const untyped = Buffer.from(JSON.stringify({ schemaVersion: 2, config: empty, layers: [] }))
    for (const [code, put] of [
      ['DIGEST_MISMATCH', manifests.put(sha256('x'), plain())],
      ['OPTION_INVALID', manifests.put('1', untyped)],
      ['OPTION_INVALID', manifests.put('1', plain(), { mediaType: indexType })],
      ['OPTION_INVALID', manifests.put('1', Buffer.from('<html>'), { mediaType: manifestType })],
      ['TARGET_INVALID', manifests.put('1', plain(), { tags: ['../x'] })],
      ['TARGET_INVALID', manifests.put('1', plain(), { tags: [sha256('x')] })],
    ] as const)
      expect(await failureOf(put)).toMatchObject({ code })
    expect(registry.journal.entries).toEqual([])
    await manifests.put('1', untyped, { mediaType: manifestType })
    expect(registry.repository('t/app').manifest('1')?.mediaType).toBe(manifestType)
  })

  it('is refused by its digest when the registry stored something else', async () => {
    const registry = await registryOf()
    registry.addFault({ on: 'manifest', method: 'PUT', then: 'wrong-digest-header' })
    expect(await failureOf(clientOf().repository(`${registry.host}/t/app`).manifests.put('1', plain()))).toMatchObject({
      code: 'DIGEST_MISMATCH',
    })
  })

  it('names a blob that is not there: the registry’s word', async () => {
    const registry = await startTestRegistry()
    onTestFinished(() => registry.close())
    expect(await failureOf(clientOf().repository(`${registry.host}/t/app`).manifests.put('1', plain()))).toMatchObject({
      code: 'BLOB_UNKNOWN',
      facts: { status: 400 },
    })
  })

  it('goes where a 307 says, without the password, and not where a 302 says', async () => {
    const other = await serve((request, response) => {
      request.resume()
      bytes(response, 201, '')
    })
    let status = 307
    const registry = await serve((request, response) => {
      if (request.headers.authorization === undefined)
        json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' })
      else bytes(response, status, '', { location: `${other.origin}/elsewhere` })
    })
    const { manifests } = clientOf({
      credentials: async () => ({ kind: 'basic', username: 'ann', password: 'secret' }),
    }).repository(`${registry.host}/t/app`)
    await manifests.put('1', plain())
    expect(other.requests).toMatchObject([
      { line: 'PUT /elsewhere', headers: { 'content-length': String(plain().byteLength) } },
    ])
    expect(other.requests[0]?.headers.authorization).toBeUndefined()
    status = 302
    expect(await failureOf(manifests.put('1', plain()))).toMatchObject({
      code: 'UNEXPECTED_STATUS',
      facts: { status: 302 },
    })
    expect(other.requests).toHaveLength(1)
  })

  it('goes to the origin and not to a mirror', async () => {
    const mirror = await startTestRegistry()
    onTestFinished(() => mirror.close())
    const client = clientOf({ mirrors: [mirror.url], transport: () => Promise.reject(new Error('asked')) })
    expect((await failureOf(client.repository('docker.io/library/app').manifests.put('1', plain()))).message).toBe(
      'asked',
    )
    expect(mirror.journal.entries).toEqual([])
  })
})

describe('a manifest with a subject', () => {
  it('is listed by a registry that says so', async () => {
    const registry = await registryOf()
    const app = await registry.seed(image('t/app:1').layer({ a: 'a' }))
    const { manifests } = clientOf().repository(`${registry.host}/t/app`)
    expect(await manifests.put('sbom', artifact(app, 'one'))).toMatchObject({
      subject: app.digest,
      referrers: 'registry',
    })
    await manifests.put('other', artifact(app, 'two'))
    expect(registry.journal.requests().map(({ method, kind }) => `${method} ${kind}`)).toEqual([
      'PUT manifest',
      'GET referrers',
      'PUT manifest',
    ])
  })

  it('is put on the list under the fallback tag elsewhere, once, beside others', async () => {
    const registry = await registryOf({ referrers: false })
    const app = await registry.seed(image('t/app:1').layer({ a: 'a' }))
    const { manifests } = clientOf().repository(`${registry.host}/t/app`)
    const [one, two] = [artifact(app, 'one'), artifact(app, 'two')]
    expect(await manifests.put(sha256(one), one)).toMatchObject({ referrers: 'fallback-tag' })
    await manifests.put(sha256(two), two)
    await manifests.put(sha256(one), one)
    const list = await manifests.get(app.digest.replace(':', '-'))
    expect(list.manifest).toMatchObject({
      kind: 'index',
      manifests: [
        {
          digest: sha256(one),
          size: one.byteLength,
          mediaType: manifestType,
          artifactType: 'application/x.sbom',
          annotations: { name: 'one' },
        },
        { digest: sha256(two), annotations: { name: 'two' } },
      ],
    })
    await manifests.delete(sha256(one))
    expect((await manifests.get(app.digest.replace(':', '-'))).manifest).toMatchObject({
      manifests: [{ digest: sha256(two) }],
    })
  })

  it('stays on the list when two write at once at a registry without conditions', async () => {
    const registry = await registryOf({ referrers: false })
    const app = await registry.seed(image('t/app:1').layer({ a: 'a' }))
    const all = ['a', 'b', 'c'].map((name) => artifact(app, name))
    await Promise.all(
      all.map((each) => clientOf().repository(`${registry.host}/t/app`).manifests.put(sha256(each), each)),
    )
    const { manifest } = await clientOf()
      .repository(`${registry.host}/t/app`)
      .manifests.get(app.digest.replace(':', '-'))
    expect(manifest.kind === 'index' && manifest.manifests.map(({ digest }) => digest).toSorted()).toEqual(
      all.map((each) => sha256(each)).toSorted(),
    )
  })

  it('that is deleted, and stays on the list because we may not push, is an error that says so', async () => {
    const registry = await registryOf({ referrers: false })
    const app = await registry.seed(image('t/app:1').layer({ a: 'a' }))
    const { manifests } = clientOf().repository(`${registry.host}/t/app`)
    const one = artifact(app, 'one')
    await manifests.put(sha256(one), one)
    registry.addFault({ on: 'manifest', method: 'PUT', then: { status: 403 } })
    expect(await failureOf(manifests.delete(sha256(one)))).toMatchObject({
      code: 'REFERRERS_CONFLICT',
      message: expect.stringContaining('is deleted') as string,
      cause: { code: 'DENIED' },
    })
    expect(registry.repository('t/app').manifest(sha256(one))).toBeUndefined()
  })

  it('leaves an ordinary image under that tag alone', async () => {
    const registry = await registryOf({ referrers: false })
    const app = await registry.seed(image('t/app:1').layer({ a: 'a' }))
    registry.repository('t/app').tag(app.digest.replace(':', '-'), app.digest)
    expect(
      await failureOf(clientOf().repository(`${registry.host}/t/app`).manifests.put('x', artifact(app, 'one'))),
    ).toMatchObject({ code: 'REFERRERS_INVALID' })
    expect(registry.repository('t/app').tags()[app.digest.replace(':', '-')]).toBe(app.digest)
  })
})

describe('a manifest or blob that is deleted', () => {
  it('is gone: by tag the tag, by digest the manifest with its tags', async () => {
    const registry = await registryOf()
    const app = await registry.seed(image('t/app:1').layer({ a: 'a' }), { tags: ['1', '2', '3'] })
    const { manifests, blobs } = clientOf().repository(`${registry.host}/t/app`)
    await manifests.delete('1')
    expect(Object.keys(registry.repository('t/app').tags())).toEqual(['2', '3'])
    await manifests.delete(app.digest)
    expect(registry.repository('t/app').tags()).toEqual({})
    await blobs.delete(sha256('{}'))
    expect(await failureOf(blobs.delete(sha256('{}')))).toMatchObject({ code: 'BLOB_UNKNOWN' })
    expect(await failureOf(manifests.delete('1'))).toMatchObject({ code: 'MANIFEST_UNKNOWN' })
  })

  it('counts as deleted when the answer was lost and it is not there any more', async () => {
    let asked = 0
    const server = await serve((request, response) => {
      if (request.method === 'DELETE') asked++
      if (asked === 1) request.socket.destroy()
      else json(response, 404, { errors: [{ code: 'BLOB_UNKNOWN' }] })
    })
    await clientOf().repository(`${server.host}/t/app`).blobs.delete(sha256('{}'))
    expect(asked).toBe(2)
  })

  it('is not, where deletion is off, and the error says so', async () => {
    const registry = await registryOf({ quirks: { deleteContent: false, deleteTags: false } })
    const app = await registry.seed(image('t/app:1').layer({ a: 'a' }))
    const { manifests } = clientOf().repository(`${registry.host}/t/app`)
    expect(await failureOf(manifests.delete(app.digest))).toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('can turn it on') as string,
    })
    expect(await failureOf(manifests.delete('1'))).toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('delete the digest') as string,
    })
  })
})

describe('a token', () => {
  it('is asked for with what the request needs, and with what the challenge says beyond that', async () => {
    const registry = await registryOf({
      auth: { kind: 'bearer', username: 'ann', password: 'secret', anonymous: 'nothing' },
    })
    const credentials = async (): Promise<{ kind: 'basic'; username: string; password: string }> => ({
      kind: 'basic',
      username: 'ann',
      password: 'secret',
    })
    const scopes: string[] = []
    const { manifests } = clientOf({
      credentials,
      onEvent: (event) => event.type === 'token' && scopes.push(event.scope),
    }).repository(`${registry.host}/t/app`)
    await manifests.put('1', plain())
    await manifests.get('1')
    await manifests.delete('1')
    expect(scopes).toEqual(['repository:t/app:pull,push', 'repository:t/app:pull', 'repository:t/app:pull,delete'])
  })

  it('follows a challenge that wants other actions of the same repository, and none of another', async () => {
    const asked: string[] = []
    const registry = await serve((request, response) => {
      if (request.url?.startsWith('/token') === true) {
        asked.push(...new URL(request.url, 'http://x').searchParams.getAll('scope'))
        json(response, 200, { token: String(asked.length) })
      } else if (request.headers.authorization !== 'Bearer 1') {
        json(
          response,
          401,
          {},
          {
            'www-authenticate': `Bearer realm="http://${request.headers.host}/token",scope="repository:t/app:push,launch repository:t/other:push"`,
          },
        )
      } else json(response, 202, {})
    })
    await clientOf().repository(`${registry.host}/t/app`).manifests.delete('1')
    expect(asked).toEqual(['repository:t/app:pull,delete,push'])
  })
})
