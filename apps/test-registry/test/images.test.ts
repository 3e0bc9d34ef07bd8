import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import {
  artifact,
  image,
  index,
  randomBytes,
  sampleImages,
  startTestRegistry,
  tar,
  type BuiltImage,
  type TestRegistry,
} from '../src/index.ts'

const run = promisify(execFile)
const sha = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const document = (bytes: Uint8Array): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>

const build = (): BuiltImage =>
  image('t/app:1')
    .layer({ 'etc/motd': 'hello' }, { compression: 'none' })
    .randomLayer(1000, { seed: 7, compression: 'none' })
    .platform('linux/arm64')
    .build()

describe('an image', () => {
  test('has the same digests whenever and wherever it is built', () => {
    expect(build()).toEqual(build())
    // A literal: a change of the writer would change everyone's digests.
    expect(build().digest).toBe('sha256:c093cc9cbd8c42d1a1dd71159a36572acc8eb9a343b350f83ba38b7bbfc78e22')
  })

  test('its documents name what is there', () => {
    const app = image('t/app:1')
      .layer({ a: 'b' })
      .layer({ c: 'd' }, { compression: 'zstd' })
      .layer({ e: 'f' }, { compression: 'none' })
      .config({ Cmd: ['sh'] })
      .platform('linux/arm/v7')
      .build()
    expect([app.repository, app.tag]).toEqual(['t/app', '1'])
    expect(app.digest).toBe(sha(app.bytes))
    expect(document(app.bytes)).toEqual(app.document)
    expect(app.layers.map(({ mediaType }) => mediaType.split('.').at(-1))).toEqual(['tar+gzip', 'tar+zstd', 'tar'])
    const inflate = [gunzipSync, zstdDecompressSync, (bytes: Uint8Array) => bytes]
    for (const [position, layer] of app.layers.entries()) {
      expect(layer.digest).toBe(sha(layer.bytes))
      expect(sha(inflate[position]!(layer.bytes))).toBe(layer.diffId)
    }
    expect(document(app.config.bytes)).toMatchObject({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      config: { Cmd: ['sh'] },
      rootfs: { type: 'layers', diff_ids: app.layers.map(({ diffId }) => diffId) },
      history: [{}, {}, {}],
    })
  })

  test('gzip carries no time and no operating system', () => {
    const [layer] = image().layer({ a: 'b' }).build().layers
    expect([...layer!.bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
  })

  test('a builder is never changed: variants share a beginning', () => {
    const base = image('t/app:1').layer({ a: 'b' })
    const before = base.build().digest
    expect(base.layer({ c: 'd' }).build().layers).toHaveLength(2)
    expect(base.build().digest).toBe(before)
  })

  test('the same layer twice is one blob', async () => {
    const twice = image('t/twice:1').layer({ a: 'b' }).layer({ a: 'b' }).build()
    expect(twice.layers[0]!.digest).toBe(twice.layers[1]!.digest)
    await using registry = await startTestRegistry({ images: [twice] })
    expect(registry.repository('t/twice').blobs()).toHaveLength(2)
  })

  test('Docker media types, and no mediaType member as umoci writes it', () => {
    const docker = image('t/app:1').layer({ a: 'b' }).mediaTypes('docker').build()
    expect(docker.document).toMatchObject({
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' }],
    })
    const umoci = image('t/app:1').layer({ a: 'b' }).withoutMediaType().build()
    expect(umoci.document).not.toHaveProperty('mediaType')
    expect(umoci.mediaType).toBe('application/vnd.oci.image.manifest.v1+json')
  })

  test('lies on purpose: size, digest, diffID', async () => {
    const other = sha(Buffer.from('other')) as `sha256:${string}`
    const liar = image('t/liar:1')
      .layer({ a: 'b' }, { claimedSize: 5, claimedDigest: other, claimedDiffId: other })
      .build()
    const [layer] = liar.layers
    expect(layer!.descriptor).toMatchObject({ size: 5, digest: other })
    expect(layer!.digest).toBe(sha(layer!.bytes))
    expect(document(liar.config.bytes)).toMatchObject({ rootfs: { diff_ids: [other] } })
    await using registry = await startTestRegistry({ images: [liar] })
    expect(registry.repository('t/liar').blob(other)).toEqual(layer!.bytes)
  })

  test('a foreign layer is named, with its urls, and is not there', async () => {
    const foreign = image('t/foreign:1')
      .layer({ a: 'b' }, { urls: ['http://elsewhere.example/x'] })
      .build()
    expect(foreign.document).toMatchObject({
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
          urls: ['http://elsewhere.example/x'],
        },
      ],
    })
    await using registry = await startTestRegistry({ images: [foreign] })
    expect(registry.repository('t/foreign').blob(foreign.layers[0]!.digest)).toBeUndefined()
  })

  test('embedded data, members of one’s own, and other config bytes', () => {
    const odd = image('t/odd:1')
      .layer({ a: 'b' }, { embed: true })
      .manifestMembers({ layers: undefined, x: 1 })
      .rawConfig(new Uint8Array([1, 2]), 'application/x-odd')
      .build()
    expect(odd.document).toMatchObject({ x: 1, config: { mediaType: 'application/x-odd', size: 2 } })
    expect(odd.document).not.toHaveProperty('layers')
    const embedded = image('t/odd:1').layer({ a: 'b' }, { embed: true }).build()
    expect(embedded.document).toMatchObject({
      layers: [{ data: Buffer.from(embedded.layers[0]!.bytes).toString('base64') }],
    })
  })

  test.each(['UPPER/x:1', 'localhost:5000/x:1', 'a//b', '', 'a:', `a:${'t'.repeat(129)}`, '-a', '../a'])(
    'the name %j is refused',
    (name) => {
      expect(() => image(name)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }))
    },
  )

  test('a name without a tag is latest; without a name it cannot be seeded', async () => {
    await using registry = await startTestRegistry({ images: [image('t/app').layer({ a: 'b' })] })
    expect(Object.keys(registry.repository('t/app').tags())).toEqual(['latest'])
    await expect(registry.seed(image().layer({ a: 'b' }))).rejects.toMatchObject({ code: 'NAME_INVALID' })
    await registry.seed(image().layer({ a: 'b' }), { repository: 't/by-option', tags: ['x', 'y'] })
    expect(Object.keys(registry.repository('t/by-option').tags())).toEqual(['x', 'y'])
  })
})

describe('an index', () => {
  test('names its children with their platforms, nested ones and attestations too', async () => {
    const amd = image().layer({ a: 'amd64' })
    const arm = image().layer({ a: 'arm64' }).platform('linux/arm64')
    const inner = index().add(arm)
    const all = index('t/multi:1')
      .add(amd)
      .add(inner)
      .add(amd, { platform: null })
      .attest(amd)
      .add(arm, { stored: false, platform: 'windows/arm64' })
      .build()
    expect(all.document).toMatchObject({
      manifests: [
        { platform: { os: 'linux', architecture: 'amd64' } },
        { mediaType: 'application/vnd.oci.image.index.v1+json', digest: inner.build().digest },
        { digest: amd.build().digest },
        {
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': amd.build().digest,
          },
        },
        { platform: { os: 'windows', architecture: 'arm64' } },
      ],
    })
    expect((all.document['manifests'] as object[])[2]).not.toHaveProperty('platform')
    await using registry = await startTestRegistry()
    const seeded = await registry.seed(all)
    expect(seeded.manifests).toHaveLength(4)
    expect(registry.repository('t/multi').manifest(inner.build().digest)).toBeDefined()
    expect(registry.repository('t/multi').manifest(arm.build().digest)).toBeDefined()
    expect(registry.repository('t/multi').tags()).toEqual({ 1: all.digest })
  })

  test('a child that is not stored is absent', async () => {
    const arm = image().layer({ a: 'arm64' }).platform('linux/arm64')
    await using registry = await startTestRegistry({
      images: [
        index('t/sparse:1')
          .add(image().layer({ a: 'b' }))
          .add(arm, { stored: false }),
      ],
    })
    expect(registry.repository('t/sparse').manifest(arm.build().digest)).toBeUndefined()
  })

  test('a Docker manifest list', () => {
    expect(index('t/list:1').mediaTypes('docker').build()).toMatchObject({
      mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
      document: { manifests: [] },
    })
  })
})

describe('an artifact', () => {
  test('has an empty config and its blobs, or the one empty layer', () => {
    const subject = image('t/app:1').layer({ a: 'b' }).build()
    const sbom = artifact('t/app:sbom', 'application/vnd.test.sbom', [
      { mediaType: 'application/json', bytes: Buffer.from('{"sbom":1}'), title: 'sbom.json' },
    ])
      .subject(subject)
      .build()
    expect(sbom.document).toMatchObject({
      artifactType: 'application/vnd.test.sbom',
      config: {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        size: 2,
      },
      layers: [{ mediaType: 'application/json', annotations: { 'org.opencontainers.image.title': 'sbom.json' } }],
      subject: { digest: subject.digest },
    })
    expect(artifact('t/app:empty', 'x/y').build().document).toMatchObject({
      layers: [{ mediaType: 'application/vnd.oci.empty.v1+json', size: 2 }],
    })
  })
})

describe('bytes', () => {
  test('random ones are the same for the same seed and do not compress', () => {
    expect(randomBytes(1000, 3)).toEqual(randomBytes(1000, 3))
    expect(randomBytes(1000, 3)).not.toEqual(randomBytes(1000, 4))
    const [layer] = image().randomLayer(100_000, { level: 9 }).build().layers
    expect(layer!.size).toBeGreaterThan(100_000)
  })

  test('an archive is read by tar', needs('tar'), async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tar-'))
    try {
      const long = `${'d'.repeat(90)}/${'f'.repeat(90)}`
      await writeFile(
        join(directory, 'a.tar'),
        tar({
          'dir/': '',
          'dir/file': { content: 'hello', mode: 0o600 },
          'dir/link': { type: 'symlink', target: 'file' },
          hard: { type: 'hardlink', target: 'dir/file' },
          [long]: 'long',
        }),
      )
      await run('tar', ['-xf', 'a.tar'], { cwd: directory })
      expect(await readFile(join(directory, 'dir/link'), 'utf8')).toBe('hello')
      expect(await readFile(join(directory, 'hard'), 'utf8')).toBe('hello')
      expect(await readFile(join(directory, long), 'utf8')).toBe('long')
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  test('an archive is whole blocks, and a path that does not fit is refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (content) => tar({ f: content }).length % 512 === 0))
    expect(() => tar({ ['x'.repeat(101)]: '' })).toThrow(expect.objectContaining({ code: 'IMAGE_INVALID' }))
    expect(() => tar({ l: { type: 'symlink', target: 'x'.repeat(101) } })).toThrow(
      expect.objectContaining({ code: 'IMAGE_INVALID' }),
    )
  })
})

describe('the sample', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startTestRegistry({ images: sampleImages() })
  })
  afterAll(() => registry.close())

  test('is a multi-platform image and two that share layers', () => {
    expect(registry.repositories()).toEqual(['demo/app', 'library/hello'])
    const hello = document(registry.repository('library/hello').manifest('latest')!.bytes)
    expect((hello['manifests'] as { platform: object }[]).map(({ platform }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
      { os: 'linux', architecture: 'arm', variant: 'v7' },
    ])
    const app = registry.repository('demo/app')
    const layers = (tag: string): string[] =>
      (document(app.manifest(tag)!.bytes)['layers'] as { digest: string }[]).map(({ digest }) => digest)
    expect(layers('1.0')).toHaveLength(6)
    expect(layers('1.1').slice(0, 4)).toEqual(layers('1.0').slice(0, 4))
    expect(layers('1.1')[4]).not.toBe(layers('1.0')[4])
    const size = app.blobs().reduce((sum, digest) => sum + app.blob(digest)!.length, 0)
    expect(size).toBeGreaterThan(20e6)
    expect(size).toBeLessThan(60e6)
  })
})
