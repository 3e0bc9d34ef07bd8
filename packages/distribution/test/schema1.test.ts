import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, OCI_INDEX, OCI_MANIFEST } from '@lading/manifest'
import { image, index, tar, type BuiltImage } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { consult } from '../../store/test/oracle.ts'
import {
  base64url,
  digestOf,
  newSigner,
  schema1Document,
  signatureBlock,
  signed,
  v1Id,
  withSignatures,
  type V1Layer,
} from '../../../test/support/schema1.ts'
import { failure, scene, type Scene } from './scene.ts'

const signer = newSigner('ES256')
const allowed = { allowSchema1: true, platform: 'linux/amd64' }
const content = image('t/app:1').layer({ base: 'base' }).layer({ app: 'app' }).build()
const [base, top] = content.layers as [BuiltImage['layers'][number], BuiltImage['layers'][number]]
const throwaway: V1Layer = {
  blob: `sha256:${'0'.repeat(64)}`,
  image: { throwaway: true, container_config: { Cmd: ['/bin/sh', '-c', '#(nop) ENV A=b'] } },
}
const facts = {
  docker_version: '1.10.3',
  os: 'linux',
  architecture: 'amd64',
  created: '2016-01-02T03:04:05.6Z',
  config: { Cmd: ['app'] },
}
const chain: readonly V1Layer[] = [
  { blob: base.digest, image: { created: '2015-01-02T03:04:05Z' } },
  throwaway,
  { blob: top.digest, image: facts },
]
const good = signed(schema1Document(chain, { name: 't/app', tag: '1' }), signer)

/** A registry with the layers of `content`, and a document under a digest of its own. */
async function sceneWith(
  document: { readonly bytes: Uint8Array; readonly digest: string } = good,
  mediaType = DOCKER_SCHEMA1_SIGNED,
): Promise<Scene> {
  const made = await scene()
  serve(made, document, mediaType)
  return made
}

function serve(
  { registry }: Scene,
  { bytes, digest }: { readonly bytes: Uint8Array; readonly digest: string },
  mediaType = DOCKER_SCHEMA1_SIGNED,
  tag = '1',
): void {
  const repository = registry.repository('t/app')
  for (const layer of content.layers) repository.putBlob(layer.bytes)
  repository.putManifest(bytes, { digest: digest as `sha256:${string}`, mediaType, tag })
}

const blobIn = (root: string, digest: string): Promise<Buffer> => readFile(join(root, 'blobs', ...digest.split(':')))
const linesOf = ({ registry }: Scene): string[] =>
  registry.journal.requests().map(({ method, path }) => `${method} ${path.replace('/v2/t/app/', '')}`)

describe('a schema 1 image', () => {
  it('is refused unless it is allowed, and the hint says how', async () => {
    const { pull, names } = await sceneWith()
    for (const name of ['t/app:1', `t/app@${good.digest}`]) {
      expect(await failure(pull(name))).toMatchObject({
        code: 'MANIFEST_SCHEMA1',
        hint: expect.stringContaining('--allow-schema1 (option `allowSchema1`)') as string,
      })
    }
    expect(await names()).toEqual([])
  })

  it("is pulled: layers verified, config made, the registry's digest reported", async () => {
    const { pull, registry, root, names, eventsOf } = await sceneWith()
    const pulled = await pull('t/app:1', allowed)
    const config = `{"architecture":"amd64","config":{"Cmd":["app"]},"created":"2016-01-02T03:04:05.6Z","docker_version":"1.10.3","history":[{"created":"2015-01-02T03:04:05Z"},{"created":"0001-01-01T00:00:00Z","created_by":"/bin/sh -c #(nop) ENV A=b","empty_layer":true},{"created":"2016-01-02T03:04:05.6Z"}],"os":"linux","rootfs":{"type":"layers","diff_ids":["${base.diffId}","${top.diffId}"]}}`
    expect(pulled).toMatchObject({
      status: 'downloaded',
      digest: good.digest,
      id: digestOf(config),
      platform: { os: 'linux', architecture: 'amd64' },
      config: { config: { Cmd: ['app'] } },
    })
    expect(pulled.layers.map(({ digest, diffId, size, mediaType }) => [digest, diffId, size, mediaType])).toEqual(
      [base, top].map(({ digest, diffId, size }) => [
        digest,
        diffId,
        size,
        'application/vnd.oci.image.layer.v1.tar+gzip',
      ]),
    )
    expect((await blobIn(root, pulled.id)).toString()).toBe(config)
    expect(await blobIn(root, digestOf(good.bytes))).toEqual(good.bytes)
    expect(JSON.parse((await blobIn(root, pulled.manifest.digest)).toString())).toMatchObject({
      mediaType: OCI_MANIFEST,
      config: { digest: pulled.id },
      annotations: { 'io.github.lading.schema1.digest': good.digest },
    })
    expect(await names()).toEqual([`${registry.host}/t/app:1`, `${registry.host}/t/app@${good.digest}`])
    expect(eventsOf('digest')).toEqual([{ type: 'digest', digest: good.digest, reference: `${registry.host}/t/app:1` }])
    expect(eventsOf('layer:complete').map(({ digest }) => digest)).toEqual([base.digest, top.digest])
    expect(eventsOf('warning')).toMatchObject([
      {
        code: 'SCHEMA1',
        message: expect.stringMatching(/Docker schema 1.*signed by ([A-Z2-7]{4}:){11}[A-Z2-7]{4}/) as string,
      },
    ])
    expect(consult(root).violations).toEqual([])
  })

  it("asks for no throwaway layer, and for each other one's size and bytes", async () => {
    const made = await sceneWith()
    await made.pull('t/app:1', allowed)
    expect(linesOf(made).toSorted()).toEqual(
      [
        'GET manifests/1',
        ...[base, top].flatMap(({ digest }) => [`GET blobs/${digest}`, `HEAD blobs/${digest}`]),
      ].toSorted(),
    )
  })

  it('is up to date the second time, by one HEAD, whether it is allowed then or not', async () => {
    const made = await sceneWith()
    const pulled = await made.pull('t/app:1', allowed)
    for (const how of [allowed, {}]) {
      made.registry.journal.clear()
      expect(await made.pull('t/app:1', how)).toMatchObject({
        status: 'up-to-date',
        digest: good.digest,
        id: pulled.id,
      })
      expect(linesOf(made)).toEqual(['HEAD manifests/1'])
    }
    expect(made.eventsOf('digest').map(({ digest }) => digest)).toEqual([good.digest, good.digest, good.digest])
  })

  it('is up to date where HEAD says no digest: by the ETag, or by the payload of a document signed anew', async () => {
    const made = await sceneWith()
    await made.pull('t/app:1', allowed)
    made.registry.addFault({ on: 'manifest', method: 'HEAD', then: 'no-digest-header' })
    expect((await made.pull('t/app:1', allowed)).status).toBe('up-to-date')
    const anew = signed(good.payload.toString(), newSigner('RS256')).bytes.toString()
    made.registry.addFault({
      on: 'manifest',
      method: 'GET',
      then: { status: 200, body: anew, headers: { 'content-type': DOCKER_SCHEMA1_SIGNED } },
    })
    made.events.length = 0
    expect((await made.pull('t/app:1', allowed)).status).toBe('up-to-date')
    expect(made.eventsOf('warning')).toEqual([])
  })

  it('is pulled by its digest, and then known by it without a request', async () => {
    const made = await sceneWith()
    const pulled = await made.pull(`t/app@${good.digest}`, allowed)
    expect(pulled.digest).toBe(good.digest)
    expect(await made.names()).toEqual([`${made.registry.host}/t/app@${good.digest}`])
    made.registry.journal.clear()
    expect((await made.pull(`t/app:other@${good.digest}`)).status).toBe('up-to-date')
    expect(linesOf(made)).toEqual([])
  })

  it('fetches again what was lost, without a word about schema 1', async () => {
    const made = await sceneWith()
    const pulled = await made.pull('t/app:1', allowed)
    await rm(join(made.root, 'blobs', ...top.digest.split(':')))
    made.registry.journal.clear()
    expect(await made.pull('t/app:1', allowed)).toMatchObject({ status: 'downloaded', id: pulled.id })
    expect(linesOf(made)).toEqual(['HEAD manifests/1', `GET blobs/${top.digest}`])
  })

  it('moves its tag to the next one, and stays under its digest', async () => {
    const made = await sceneWith()
    await made.pull('t/app:1', allowed)
    const next = signed(schema1Document(chain.slice(0, 2), { name: 't/app', tag: '1' }), signer)
    serve(made, next)
    expect((await made.pull('t/app:1', allowed)).digest).toBe(next.digest)
    expect(await made.names()).toEqual([
      `${made.registry.host}/t/app:1`,
      ...[good.digest, next.digest].toSorted().map((digest) => `${made.registry.host}/t/app@${digest}`),
    ])
  })

  it('shares its layers with the same image in schema 2', async () => {
    const made = await sceneWith()
    await made.registry.seed(content, { tags: ['2'] })
    await made.pull('t/app:2')
    made.registry.journal.clear()
    await made.pull('t/app:1', allowed)
    expect(linesOf(made)).toEqual(['GET manifests/1'])
    expect(
      made
        .eventsOf('layer:exists')
        .map(({ digest }) => digest)
        .toSorted(),
    ).toEqual([base.digest, top.digest].toSorted())
  })

  it('with one blob on several places fetches it once', async () => {
    const twice = signed(
      schema1Document([{ blob: base.digest }, { blob: top.digest }, { blob: base.digest, image: facts }], {
        name: 't/app',
        tag: '1',
      }),
      signer,
    )
    const made = await sceneWith(twice)
    expect((await made.pull('t/app:1', allowed)).layers.map(({ diffId }) => diffId)).toEqual([
      base.diffId,
      top.diffId,
      base.diffId,
    ])
    expect(linesOf(made).filter((line) => line === `GET blobs/${base.digest}`)).toHaveLength(1)
    expect(
      made
        .eventsOf('layer:pulling')
        .map(({ digest }) => digest)
        .toSorted(),
    ).toEqual([base.digest, top.digest].toSorted())
    expect(consult(made.root).violations).toEqual([])
  })

  it('loses entries that repeat the one below, layers and all', async () => {
    const repeated = schema1Document(
      [{ blob: base.digest }, { blob: top.digest, image: { ...facts, id: v1Id(0), parent: undefined } }],
      { name: 't/app', tag: '1' },
    )
    const made = await sceneWith(signed(repeated, signer))
    expect((await made.pull('t/app:1', allowed)).layers.map(({ digest }) => digest)).toEqual([base.digest])
  })

  it('of throwaway layers alone has none', async () => {
    const made = await sceneWith(
      signed(
        schema1Document([{ ...throwaway, image: { ...facts, throwaway: true } }], { name: 't/app', tag: '1' }),
        signer,
      ),
    )
    expect(await made.pull('t/app:1', allowed)).toMatchObject({
      status: 'downloaded',
      layers: [],
      config: { rootfs: { diffIds: [] }, history: [{ emptyLayer: true }] },
    })
  })

  it('says of each layer how it is compressed, by its bytes', async () => {
    const archive = tar({ a: 'a' })
    // As seekable archives begin: RFC 8878, section 3.1.2.
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2])
    const blobs = [
      archive,
      gzipSync(archive),
      zstdCompressSync(archive),
      Buffer.concat([skippable, zstdCompressSync(archive)]),
    ]
    const made = await sceneWith(
      signed(
        schema1Document(
          blobs.map((bytes) => ({ blob: digestOf(bytes) })),
          { name: 't/app', tag: '1' },
        ),
        signer,
      ),
    )
    for (const bytes of blobs) made.registry.repository('t/app').putBlob(bytes)
    expect(
      (await made.pull('t/app:1', allowed)).layers.map(({ mediaType, diffId }) => [
        mediaType.split('.').at(-1),
        diffId,
      ]),
    ).toEqual([
      ['tar', digestOf(archive)],
      ['tar+gzip', digestOf(archive)],
      ['tar+zstd', digestOf(archive)],
      ['tar+zstd', digestOf(archive)],
    ])
  })

  it('is inflated whatever is to be verified, since its ID is made of that', async () => {
    const { pull } = await sceneWith()
    expect((await pull('t/app:1', { ...allowed, verify: 'digest' })).layers.map(({ diffId }) => diffId)).toEqual([
      base.diffId,
      top.diffId,
    ])
  })

  it('that is not signed is pulled with a warning that says so', async () => {
    const { pull, eventsOf, root } = await sceneWith({ bytes: good.payload, digest: good.digest }, DOCKER_SCHEMA1)
    expect(await pull('t/app:1', allowed)).toMatchObject({ digest: good.digest, status: 'downloaded' })
    expect(eventsOf('warning')).toMatchObject([{ message: expect.stringContaining('without a signature') as string }])
    expect(await blobIn(root, good.digest)).toEqual(good.payload)
    expect((await pull('t/app:1')).status).toBe('up-to-date')
  })

  it('that is not signed is pulled under a further name, although its document is here as a blob', async () => {
    const made = await sceneWith({ bytes: good.payload, digest: good.digest }, DOCKER_SCHEMA1)
    await made.pull('t/app:1', allowed)
    made.registry.repository('t/copy').putManifest(good.payload, { mediaType: DOCKER_SCHEMA1 })
    expect(await made.pull(`t/copy@${good.digest}`, allowed)).toMatchObject({
      digest: good.digest,
      status: 'downloaded',
    })
  })

  it('for another platform is pulled with a warning', async () => {
    const { pull, eventsOf } = await sceneWith()
    await pull('t/app:1', { ...allowed, platform: 'linux/arm64' })
    expect(eventsOf('warning').map(({ code }) => code)).toEqual(['SCHEMA1', 'PLATFORM_DIFFERS'])
  })

  it('is pulled among all tags', async () => {
    const made = await sceneWith()
    await made.registry.seed(content, { tags: ['2'] })
    const { images, failed } = await made.puller.pullAll(`${made.registry.host}/t/app`, allowed)
    expect([images.map(({ reference }) => reference.split(':').at(-1)), failed]).toEqual([['1', '2'], []])
  })

  it('is resumed after its layer broke off', async () => {
    const large = image('t/app:1').randomLayer(300_000).build().layers[0] as BuiltImage['layers'][number]
    const made = await sceneWith(
      signed(schema1Document([{ blob: large.digest, image: facts }], { name: 't/app', tag: '1' }), signer),
    )
    made.registry.repository('t/app').putBlob(large.bytes)
    made.registry.addFault({ on: 'blob', method: 'GET', nth: 1, afterBytes: 100_000, then: 'close' })
    expect((await made.pull('t/app:1', allowed)).layers[0]?.size).toBe(large.size)
    expect(made.registry.journal.blob(large.digest).requests.map(({ method, range }) => [method, range])).toEqual([
      ['HEAD', undefined],
      ['GET', undefined],
      ['GET', expect.stringMatching(/^bytes=100000-\d+$/)],
    ])
  })
})

describe('a schema 1 image is refused, and nothing of it named,', () => {
  const named = (members: object, layers: readonly V1Layer[] = chain): ReturnType<typeof signed> =>
    signed(schema1Document(layers, { name: 't/app', tag: '1', ...members }), signer)
  const other = newSigner('ES384')
  const block = signatureBlock(good.payload, signer)
  const envelope = (...blocks: readonly unknown[]): { bytes: Uint8Array; digest: string } => ({
    bytes: withSignatures(good.payload, blocks),
    digest: good.digest,
  })

  it.each<
    readonly [
      what: string,
      document: { readonly bytes: Uint8Array; readonly digest: string },
      code: string,
      says: string,
    ]
  >([
    [
      'when two signatures disagree',
      envelope(block, signatureBlock(good.payload, other, { formatLength: 7 })),
      'SCHEMA1_ENVELOPE_INVALID',
      'conflicting format length',
    ],
    [
      'when more was signed than there is',
      envelope(signatureBlock(good.payload, signer, { formatLength: 99_999 })),
      'SCHEMA1_ENVELOPE_INVALID',
      'invalid format length',
    ],
    [
      'when its signature is that of something else',
      envelope({ ...block, signature: base64url(Buffer.alloc(64)) }),
      'SCHEMA1_SIGNATURE_INVALID',
      'is not that of',
    ],
    [
      'when there is more after its signatures',
      { bytes: Buffer.from(good.bytes.toString().replace(/\}$/, ',"evil":1}')), digest: good.digest },
      'SCHEMA1_ENVELOPE_INVALID',
      'beside what was signed',
    ],
    [
      'when it is another image',
      named({ name: 't/evil' }),
      'SCHEMA1_NAME_MISMATCH',
      'is that of t/evil:1, and t/app:1 was asked for',
    ],
    [
      'when it is another tag',
      named({ tag: 'evil\u001b[2J' }),
      'SCHEMA1_NAME_MISMATCH',
      'is that of t/app:evil\\x1b[2J',
    ],
    [
      'when an image comes twice in it',
      named({}, [{ blob: base.digest }, { blob: top.digest }, { blob: base.digest, image: { id: v1Id(0) } }]),
      'SCHEMA1_HISTORY_INVALID',
      'appears multiple times',
    ],
    [
      'when its images go in a circle',
      named({}, [{ blob: base.digest, image: { parent: v1Id(1) } }, { blob: top.digest }]),
      'SCHEMA1_HISTORY_INVALID',
      'base layer',
    ],
    [
      'when its ID is a path',
      named({}, [{ blob: base.digest, image: { id: '../../etc' } }]),
      'SCHEMA1_HISTORY_INVALID',
      "'../../etc' is invalid",
    ],
    ['when it has no layers', named({}, []), 'MANIFEST_INVALID', 'no FSLayers'],
    [
      'when it is another manifest than its digest says',
      {
        bytes: signed(schema1Document(chain, { name: 't/app', tag: '1', architecture: 'evil' }), signer).bytes,
        digest: good.digest,
      },
      'DIGEST_MISMATCH',
      good.digest,
    ],
    [
      'when its config would be none',
      named({}, [{ blob: base.digest, image: { docker_version: '1.10', os: 7 } }]),
      'SCHEMA1_HISTORY_INVALID',
      'os',
    ],
  ])('%s', async (_what, document, code, says) => {
    const made = await sceneWith(document)
    const error = await failure(made.pull('t/app:1', allowed))
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(says)])
    expect(error.message).toContain(`${made.registry.host}/t/app:1`)
    expect(linesOf(made)).toEqual(['GET manifests/1'])
    expect(await made.names()).toEqual([])
  })

  it('unless another name is that of the very digest that was asked for', async () => {
    const elsewhere = named({ name: 't/upstream', tag: 'old' })
    const { pull } = await sceneWith(elsewhere)
    expect((await pull(`t/app@${elsewhere.digest}`, allowed)).digest).toBe(elsewhere.digest)
  })

  it.each([
    ['is not there', (made: Scene) => made.registry.repository('t/app').deleteBlob(top.digest), 'BLOB_UNKNOWN'],
    [
      'is of other bytes',
      (made: Scene) => made.registry.addFault({ on: 'blob', method: 'GET', digest: top.digest, then: 'flip' }),
      'DIGEST_MISMATCH',
    ],
    [
      'is longer than the registry said',
      (made: Scene) =>
        made.registry.addFault({
          on: 'blob',
          method: 'HEAD',
          digest: top.digest,
          then: { headers: { 'content-length': '10' } },
        }),
      'SIZE_MISMATCH',
    ],
    [
      'is shorter than the registry said',
      (made: Scene) =>
        made.registry.addFault({
          on: 'blob',
          method: 'HEAD',
          digest: top.digest,
          then: { headers: { 'content-length': '9999999' } },
        }),
      'SIZE_MISMATCH',
    ],
  ])('when a layer %s', async (_what, spoil, code) => {
    const made = await sceneWith()
    spoil(made)
    expect(await failure(made.pull('t/app:1', allowed))).toMatchObject({ code, facts: { digest: top.digest } })
    expect(await made.names()).toEqual([])
    expect(consult(made.root).violations).toEqual([])
  })

  it('when nobody says how large a layer is', async () => {
    const made = await sceneWith()
    made.registry.addFault({ on: 'blob', method: 'HEAD', digest: top.digest, then: { status: 405 } })
    made.registry.addFault({
      on: 'blob',
      method: 'GET',
      digest: top.digest,
      then: { headers: { 'content-length': null, 'content-range': null, 'transfer-encoding': 'chunked' } },
    })
    expect(await failure(made.pull('t/app:1', allowed))).toMatchObject({
      code: 'SIZE_UNKNOWN',
      hint: expect.any(String) as string,
    })
  })

  it('when a layer does not inflate', async () => {
    const corrupt = gzipSync(tar({ a: 'a'.repeat(5000) })).subarray(0, -20)
    const made = await sceneWith(named({}, [{ blob: digestOf(corrupt), image: facts }]))
    made.registry.repository('t/app').putBlob(corrupt)
    expect(await failure(made.pull('t/app:1', allowed))).toMatchObject({ code: 'LAYER_CORRUPT' })
  })

  it('when an index leads to it', async () => {
    const made = await sceneWith()
    made.registry.repository('t/app').putManifest(
      {
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests: [
          {
            mediaType: DOCKER_SCHEMA1_SIGNED,
            digest: good.digest,
            size: good.payload.length,
            platform: { os: 'linux', architecture: 'amd64' },
          },
        ],
      },
      { tag: 'multi' },
    )
    made.registry.repository('t/app').putManifest(
      {
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests: [
          {
            mediaType: OCI_MANIFEST,
            digest: good.digest,
            size: good.payload.length,
            platform: { os: 'linux', architecture: 'amd64' },
          },
        ],
      },
      { tag: 'lie' },
    )
    for (const name of ['t/app:multi', 't/app:lie'])
      expect(await failure(made.pull(name, allowed))).toMatchObject({
        code: 'SCHEMA1_IN_INDEX',
        hint: expect.stringContaining(good.digest) as string,
      })
    await made.registry.seed(index('t/app:both').add(content))
    expect((await made.pull('t/app:both', allowed)).status).toBe('downloaded')
  })

  it('when the caller has enough, with the reason as it was', async () => {
    const made = await sceneWith()
    made.registry.addFault({ on: 'blob', then: 'stall' })
    const controller = new AbortController()
    const reason = new Error('enough')
    const pulling = failure(
      made.pull('t/app:1', {
        ...allowed,
        signal: controller.signal,
        onEvent: (event) => event.type === 'warning' && controller.abort(reason),
      }),
    )
    expect(await pulling).toBe(reason)
    expect(await made.names()).toEqual([])
  })
})

describe('a layer that a disk has spoiled', () => {
  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, -3)],
    ['longer', (bytes: Buffer) => Buffer.concat([bytes, bytes])],
    ['empty', () => Buffer.alloc(0)],
    [
      'with another byte',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]),
    ],
  ])('is healed, %s, when asked to look, and by another image that has it', async (_, spoil) => {
    const { pull, root, registry } = await sceneWith()
    const { manifest } = await pull('t/app:1', allowed)
    const path = join(root, 'blobs', ...top.digest.split(':'))
    const spoilt = async (): Promise<void> => {
      const bytes = await readFile(path)
      await rm(path)
      await writeFile(path, spoil(bytes))
    }
    await spoilt()
    const again = await pull('t/app:1', { ...allowed, verifyStored: true })
    expect(again.manifest.digest).toBe(manifest.digest)
    expect(await readFile(path)).toEqual(Buffer.from(top.bytes))

    await spoilt()
    const repository = registry.repository('t/app')
    const next = signed(schema1Document(chain, { name: 't/app', tag: '2' }), signer)
    repository.putManifest(next.bytes, {
      digest: next.digest,
      mediaType: DOCKER_SCHEMA1_SIGNED,
      tag: '2',
    })
    const other = await pull('t/app:2', allowed)
    expect(other.layers.map(({ size }) => size)).toEqual([base.size, top.size])
    expect(await readFile(path)).toEqual(Buffer.from(top.bytes))
    expect(consult(root).violations).toEqual([])
  })
})

it('brings back the document as it came, when what the store kept of it is damaged', async () => {
  const { pull, root } = await sceneWith()
  await pull('t/app:1', allowed)
  const path = join(root, 'blobs/sha256', digestOf(good.bytes).slice(7))
  const kept = await readFile(path)
  await rm(path)
  await writeFile(path, new Uint8Array(kept.length))
  await pull('t/app:1', allowed)
  expect((await readFile(path)).equals(kept)).toBe(false)
  await pull('t/app:1', { ...allowed, verifyStored: true })
  expect((await readFile(path)).equals(kept)).toBe(true)
  expect(consult(root).violations).toEqual([])
})
