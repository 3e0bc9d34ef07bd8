import { image, startTestRegistry, type BuiltImage, type Quirks, type TestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Credential, RegistryClient, RegistryClientOptions } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf } from './support/image.ts'

const alice = { username: 'alice', password: 'CANARY-password' } as const
const bearer = { kind: 'bearer', ...alice } as const
const anybody = { kind: 'bearer' } as const

interface Scene {
  readonly registry: TestRegistry
  readonly app: BuiltImage
  readonly client: RegistryClient
}

async function sceneOf(
  quirks: Quirks,
  { auth, ...options }: RegistryClientOptions & { readonly auth?: typeof bearer | typeof anybody } = {},
): Promise<Scene> {
  const registry = await startTestRegistry({ quirks, auth })
  onTestFinished(() => registry.close())
  const app = await registry.seed(image('t/app').layer({ a: 'b' }), { tags: ['1', '2', '3'] })
  await registry.seed(image('t/app').layer({ c: 'd' }).subject(app), { tags: [] })
  const credentials = async (): Promise<Credential> => ({ kind: 'basic', ...alice })
  return { registry, app, client: clientOf({ ...(auth === bearer ? { credentials } : {}), ...options }) }
}

async function gather<T>(list: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of list) all.push(item)
  return all
}

/** All that the client can read, each piece verified on the way. */
async function readAll({ registry, app, client }: Scene): Promise<unknown> {
  const { manifests, blobs, tags, referrers } = client.repository(`${registry.host}/t/app`)
  const { digest, size } = app.layers[0]!
  const layer = Buffer.from(await blobs.read({ mediaType: 'application/octet-stream', digest, size }))
  return {
    heads: [(await manifests.head('1'))?.digest, (await blobs.head(digest))?.size],
    manifests: [(await manifests.get('2')).descriptor.digest, (await manifests.get(app.digest)).descriptor.size],
    layer: layer.toString('hex'),
    tags: await gather(tags()),
    referrers: (await gather(referrers(app.digest))).length,
  }
}
const allOf = ({ app }: Scene): unknown => ({
  heads: [app.digest, app.layers[0]!.size],
  manifests: [app.digest, app.bytes.length],
  layer: Buffer.from(app.layers[0]!.bytes).toString('hex'),
  tags: ['1', '2', '3'],
  referrers: 1,
})

describe('a registry with ways of its own is read', () => {
  it.each<Quirks>([
    ...[400, 401, 403, 404, 405, 406, 500].map((headStatus) => ({ headStatus })),
    { headHeaders: 'no-digest' },
    { headHeaders: 'none' },
    ...[17_000, 21_000, 64_000, 240_000].map((headerBytes) => ({ headerBytes })),
    { redirectBlobs: true, locationBytes: 30_000 },
    { redirectBlobs: true, headerBytes: 21_000 },
    { redirectBlobs: 'same-origin', locationBytes: 30_000 },
    { redirectBlobs: true, signedForGet: true },
    { redirectBlobs: 'same-origin', signedForGet: true },
    { chunkedBodies: true },
    { chunkedBodies: true, headHeaders: 'no-digest' },
    { interimAnswers: [100] },
    { interimAnswers: [100, 102, 103, 103, 199] },
    ...['x-gzip', 'aws-chunked', 'utf-8', 'none', 'binary', 'gzip', 'zstd'].map((contentEncodingLabel) => ({
      contentEncodingLabel,
    })),
    ...['text/html', 'text/plain', 'application/json', 'none', 'other-family'].map((manifestLabel) => ({
      manifestLabel,
    })),
    ...(
      [
        'absolute',
        'plain-http',
        'other-port',
        'inner-host',
        'other-path',
        'short-path',
        'query',
        'no-rel',
        'single-quotes',
        'quotes',
        'no-brackets',
      ] as const
    ).map((linkForm) => ({ linkForm, maxPageSize: 2 })),
    { sloppyJson: 'member-twice' },
    { sloppyJson: 'not-utf8' },
    { sloppyJson: 'bom' },
    { listBytes: 9 * 1024 * 1024 },
  ])('%j', async (quirks) => {
    const scene = await sceneOf(quirks)
    expect(await readAll(scene)).toEqual(allOf(scene))
  })

  it.each(['null', 'absent'] as const)('emptyLists: %s', async (emptyLists) => {
    const { registry, app, client } = await sceneOf({ emptyLists })
    registry.repository('t/none').create()
    const { tags, referrers } = client.repository(`${registry.host}/t/none`)
    expect(await gather(tags())).toEqual([])
    expect(await gather(referrers(app.digest))).toEqual([])
  })

  it.each(['stuck', 'relative', 'beyond', 'none'] as const)(
    'uploadRange: %s, and the digest decides',
    async (uploadRange) => {
      const { registry, client } = await sceneOf({ uploadRange })
      const { blobs } = client.repository(`${registry.host}/t/new`)
      const content = Buffer.from('a blob in four chunks')
      await blobs.upload(descriptorOf(content), content, { chunkSize: 6 })
      expect(registry.repository('t/new').blob(descriptorOf(content).digest)).toEqual(new Uint8Array(content))
      expect(registry.journal.requests({ method: 'PATCH' })).toHaveLength(4)
    },
  )

  it.each([201, 202, 204])('chunkStatus, createdStatus: %i for all that was pushed', async (status) => {
    const { registry, app, client } = await sceneOf({ chunkStatus: status, createdStatus: status })
    const { blobs, manifests, referrers } = client.repository(`${registry.host}/t/app`)
    const content = Buffer.from('a blob in four chunks')
    await blobs.upload(descriptorOf(content), content, { chunkSize: 6 })
    await blobs.upload(descriptorOf(Buffer.from('{}')), Buffer.from('{}'))
    await manifests.put('4', Buffer.from(app.bytes))
    const { bytes, digest } = manifestOf(Buffer.from('{}'), [content])
    await manifests.put(digest, bytes)
    expect(registry.repository('t/app').tags()['4']).toBe(app.digest)
    expect(registry.repository('t/app').blob(descriptorOf(content).digest)).toEqual(new Uint8Array(content))
    expect(await gather(referrers(app.digest))).toHaveLength(1)
  })
})

describe('a registry with its own ways of authentication is read', () => {
  it.each<Quirks>([
    ...[401, 403, 404].map((challengeOnlyAtPing) => ({ challengeOnlyAtPing })),
    ...[400, 401, 403].map((voidTokenStatus) => ({ tokenRequests: 2, voidTokenStatus })),
    { sloppyJson: 'member-twice' },
    { sloppyJson: 'not-utf8' },
    { sloppyJson: 'bom' },
    ...(['lower-case', 'spaced', 'unquoted'] as const).map((challengeForm) => ({ challengeForm })),
    { chunkedBodies: true },
    { headerBytes: 21_000 },
    { interimAnswers: [100, 103] },
    { contentEncodingLabel: 'gzip' },
    { redirectBlobs: 'same-origin' },
    { redirectBlobs: 'same-origin', locationBytes: 30_000, headerBytes: 64_000 },
  ])('%j', async (quirks) => {
    for (const auth of [bearer, anybody]) {
      const scene = await sceneOf(quirks, { auth })
      expect(await readAll(scene)).toEqual(allOf(scene))
      expect(
        scene.registry.journal.requests({ kind: 'cdn' }).flatMap(({ authorization }) => authorization ?? []),
      ).toEqual([])
    }
  })

  it('tokensElsewhere: strangers get a token there, a password goes there only where that is said', async () => {
    const scene = await sceneOf({ tokensElsewhere: true }, { auth: anybody })
    expect(await readAll(scene)).toEqual(allOf(scene))
    await using registry = await startTestRegistry({ quirks: { tokensElsewhere: true }, auth: bearer, tls: true })
    await registry.seed(image('t/app:1').layer({ a: 'b' }))
    const read = (allowRealms: RegistryClientOptions['allowRealms']): Promise<unknown> => {
      const credentials = async (): Promise<Credential> => ({ kind: 'basic', ...alice })
      const client = clientOf({ certificates: [registry.ca ?? ''], credentials, allowRealms })
      return client.repository(`${registry.host}/t/app`).manifests.get('1')
    }
    expect(await failureOf(read([]))).toMatchObject({
      code: 'DENIED',
      hint: expect.stringContaining('allow') as string,
    })
    registry.journal.assertNoSecretAt('cdn')
    await expect(read([{ registry: registry.host, realm: `localhost:${registry.cdn.port}` }])).resolves.toBeDefined()
  })

  it('tokensElsewhere, in plain http: no password goes there, and no permission is offered that would not help', async () => {
    const { registry, client } = await sceneOf({ tokensElsewhere: true }, { auth: bearer })
    const { hint } = await failureOf(client.repository(`${registry.host}/t/app`).manifests.get('1'))
    expect(hint).toContain('plain http')
    expect(hint).not.toContain('--allow-realm')
    registry.journal.assertNoSecretAt('cdn')
  })

  it('scopePrefix: a mirror that knows the repository by another name', async () => {
    const { registry, app } = await sceneOf({ scopePrefix: 'proxy/' }, { auth: anybody })
    await using origin = await startTestRegistry()
    const { manifests } = clientOf({ mirrors: [`${origin.host}=${registry.url}`] }).repository(`${origin.host}/t/app`)
    expect((await manifests.get('1')).descriptor.digest).toBe(app.digest)
    expect(origin.journal.entries).toEqual([])
  })
})
