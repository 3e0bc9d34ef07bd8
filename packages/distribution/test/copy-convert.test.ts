import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { createMemoryContent, type Source } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER_ZSTD,
  OCI_MANIFEST,
  schemas,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
} from '@lading/manifest'
import { createRegistryClient } from '@lading/registry-client'
import { artifact, image, index, startTestRegistry, type Seedable, type TestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { copy, planCopy, type CopyEvent, type CopyOptions } from '../src/index.ts'
import { failure, instantClock } from './scene.ts'

const instant = (options: CopyOptions = {}): CopyOptions => ({ clock: instantClock(), ...options })
const amd64 = { os: 'linux', architecture: 'amd64' }

async function registryWith(images: readonly Seedable[]): Promise<{
  registry: TestRegistry
  source: (name?: string) => Source
  target: (name?: string) => Parameters<typeof copy>[1]
}> {
  const registry = await startTestRegistry({ images })
  const client = createRegistryClient({ clock: instantClock() })
  onTestFinished(async () => {
    await client.close()
    await registry.close()
  })
  const repository = (name: string) => client.repository(`${registry.host}/${name}`)
  return {
    registry,
    source: (name = 't/app') => repository(name).source(),
    target: (name = 't/copy') => repository(name).target(),
  }
}

async function manifestAt(source: Source, target: Descriptor): Promise<ImageManifest | ImageIndex> {
  const document = await source.document(target)
  if (document === undefined) throw new Error('it is not there')
  return schemas.unmarshal(target.mediaType, document.bytes)
}
async function bytesOf(source: Source, descriptor: Descriptor): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.open(descriptor)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
async function imageAt(source: Source, target: Descriptor): Promise<ImageManifest> {
  const manifest = await manifestAt(source, target)
  if (manifest.kind !== 'manifest') throw new Error('it is an index')
  return manifest
}

const text = 'hello, '.repeat(5000)
const two = () =>
  index('t/app:1')
    .add(image().platform('linux/amd64').layer({ a: text }))
    .add(image().platform('linux/arm64').layer({ b: text }))

describe('a copy in another format', () => {
  it('has other media types and digests over the same blobs, and comes back the same', async () => {
    const from = await registryWith([two()])
    const [there, back] = [createMemoryContent(), createMemoryContent()]
    const events: CopyEvent[] = []
    const onEvent = (event: CopyEvent): void => void events.push(event)
    const whole = await from.source().resolve('1')
    const first = await copy(from.source(), there, '1', instant({ names: ['app'], format: 'docker', onEvent }))
    expect(first).toMatchObject({ target: { mediaType: DOCKER_LIST }, made: true, convertedFrom: whole.digest })
    expect(first.target.digest).not.toBe(whole.digest)
    const list = await manifestAt(there, await there.resolve('app'))
    expect(list.kind === 'index' && list.manifests.map(({ mediaType, platform }) => [mediaType, platform])).toEqual([
      [DOCKER_MANIFEST, amd64],
      [DOCKER_MANIFEST, { os: 'linux', architecture: 'arm64' }],
    ])
    expect(events.filter(({ type }) => type === 'converted')).toHaveLength(3)
    expect(events.find((event) => event.type === 'copy')).toMatchObject({ digest: first.target.digest, made: false })
    const again = await copy(from.source(), there, '1', instant({ names: ['app'], format: 'docker' }))
    expect(again).toMatchObject({ status: 'unchanged', target: first.target })
    const second = await copy(there, back, 'app', instant({ names: ['app'], format: 'oci' }))
    expect(second.target).toMatchObject({ digest: whole.digest, mediaType: OCI_INDEX })
  })

  it('is as it is where it is in that format, and then preserves digests', async () => {
    const from = await registryWith([two()])
    const there = createMemoryContent()
    const options = instant({ names: ['app'], format: 'oci', preserveDigests: true })
    const copied = await copy(from.source(), there, '1', options)
    expect(copied).toMatchObject({ made: false, target: { digest: (await from.source().resolve('1')).digest } })
    expect(copied.convertedFrom).toBeUndefined()
  })

  it('is refused before anything is sent where digests are to be preserved, and where it cannot be said', async () => {
    const from = await registryWith([
      two(),
      image('t/app:zstd').layer({ a: text }, { compression: 'zstd' }),
      artifact('t/app:chart', 'application/x.chart'),
    ])
    const to = await registryWith([])
    for (const [what, options, code] of [
      ['1', { format: 'docker', preserveDigests: true }, 'DIGESTS_WOULD_CHANGE'],
      ['1', { compression: 'zstd', preserveDigests: true }, 'DIGESTS_WOULD_CHANGE'],
      ['1', { format: 'docker', compression: 'zstd' }, 'FORMAT_UNSUITABLE'],
      ['zstd', { format: 'docker' }, 'FORMAT_UNSUITABLE'],
      ['chart', { format: 'docker' }, 'FORMAT_UNSUITABLE'],
    ] as const) {
      const error = await failure(copy(from.source(), to.target(), what, instant({ names: ['1'], ...options })))
      expect(error, what).toMatchObject({ code })
      expect(error.hint).toBeDefined()
    }
    expect(to.registry.journal.entries).toEqual([])
    // What is in the way of the format is what the other option changes.
    const both = await copy(from.source(), to.target(), 'zstd', instant({ format: 'docker', compression: 'gzip' }))
    expect(both.target.mediaType).toBe(DOCKER_MANIFEST)
  })

  it('warns of what it leaves out: annotations, and attestations of what has another digest now', async () => {
    const seeded = await (await registryWith([])).registry.seed(two())
    const about = {
      'vnd.docker.reference.digest': seeded.manifests[0]?.digest ?? '',
      'vnd.docker.reference.type': 'attestation-manifest',
    }
    const attestation = image().platform('unknown/unknown').layer({ sbom: 'x' })
    const from = await registryWith([
      two()
        .annotations({ a: 'b' })
        .add(attestation, { members: { annotations: about } }),
    ])
    const warnings: string[] = []
    const onEvent = (event: CopyEvent): void => void (event.type === 'warning' && warnings.push(event.code))
    const there = createMemoryContent()
    const copied = await copy(from.source(), there, '1', instant({ names: ['app'], format: 'docker', onEvent }))
    expect(warnings.toSorted()).toEqual(['ATTESTATIONS_LEFT', 'FORMAT_LOSES'])
    const list = await manifestAt(there, copied.target)
    expect(list.kind === 'index' && list.manifests).toHaveLength(2)
    const same = await copy(from.source(), there, '1', instant({ format: 'oci', onEvent }))
    expect(same.made).toBe(false)
    expect(warnings).toHaveLength(2)
  })
})

describe('a copy in another compression', () => {
  it('has the same layers inside, in an OCI manifest over the same config, twice the same', async () => {
    const from = await registryWith([
      image('t/app:1').mediaTypes('docker').layer({ a: text }).layer({ b: text }, { compression: 'none' }),
    ])
    const to = await registryWith([])
    const given = await imageAt(from.source(), await from.source().resolve('1'))
    const events: CopyEvent[] = []
    const onEvent = (event: CopyEvent): void => void events.push(event)
    const first = await copy(from.source(), to.target(), '1', instant({ names: ['1'], compression: 'zstd', onEvent }))
    expect(first).toMatchObject({ target: { mediaType: OCI_MANIFEST }, sent: { blobs: 3 }, here: 0, made: true })
    const there = createMemoryContent()
    const second = await copy(from.source(), there, '1', instant({ names: ['app'], compression: 'zstd' }))
    expect(second.target).toEqual(first.target)
    const manifest = await imageAt(there, second.target)
    expect(manifest.config).toMatchObject({ mediaType: OCI_CONFIG, digest: given.config.digest })
    for (const [at, layer] of manifest.layers.entries()) {
      expect(layer.mediaType).toBe(OCI_LAYER_ZSTD)
      const before = given.layers[at]
      if (before === undefined) throw new Error('it has more layers')
      const inside = await bytesOf(from.source(), before)
      const plain = before.mediaType.endsWith('gzip') ? gunzipSync(inside) : inside
      expect(digestOf(zstdDecompressSync(await bytesOf(there, layer)))).toBe(digestOf(plain))
    }
    expect(events.filter(({ type }) => type === 'layer:compressed')).toHaveLength(2)
    expect(events.filter(({ type }) => type === 'layer:here')).toEqual([])
    expect(to.registry.repository('t/copy').tags()).toEqual({ 1: first.target.digest })
  })

  it('sends no layer again that it sent before, compares first, and needs no right to read there', async () => {
    const from = await registryWith([image('t/app:1').layer({ a: text }).layer({ b: text })])
    const to = await registryWith([])
    const there = (name?: string) => to.source(name)
    const zstd = (options: CopyOptions = {}): ReturnType<typeof copy> =>
      copy(from.source(), to.target(), '1', instant({ names: ['1'], compression: 'zstd', ...options }))
    const uploads = (): unknown[] => to.registry.journal.requests({ kind: 'upload' }).map(({ method }) => method)
    const first = await zstd({ there: there('t/copy') })
    expect(first).toMatchObject({ status: 'copied', sent: { blobs: 3 } })
    to.registry.journal.clear()
    const events: CopyEvent[] = []
    const onEvent = (event: CopyEvent): void => void events.push(event)
    expect(await zstd({ there: there('t/copy'), onEvent })).toMatchObject({
      target: first.target,
      status: 'unchanged',
      sent: { blobs: 0, bytes: 0 },
      here: 3,
    })
    expect(uploads()).toEqual([])
    expect(events.filter(({ type }) => type === 'layer:here')).toHaveLength(2)

    // Somebody put another layer below the same config: it is no more than a hint.
    const manifest = await imageAt(to.source('t/copy'), first.target)
    const [lower, upper] = manifest.layers
    const forged = to.registry
      .repository('t/copy')
      .putManifest(
        { schemaVersion: 2, mediaType: OCI_MANIFEST, config: { ...manifest.config }, layers: [upper, lower] },
        { tag: '1' },
      )
    expect(forged).not.toBe(first.target.digest)
    expect(await zstd({ there: there('t/copy') })).toMatchObject({ target: first.target, status: 'copied' })
    expect(to.registry.repository('t/copy').tags()).toEqual({ 1: first.target.digest })

    // What is gone meanwhile is sent, and who may not read hears of nothing.
    to.registry.repository('t/copy').deleteBlob(lower?.digest ?? first.target.digest)
    to.registry.repository('t/copy').deleteBlob(upper?.digest ?? first.target.digest)
    expect(await zstd({ there: there('t/copy') })).toMatchObject({ target: first.target, sent: { blobs: 2 } })
    to.registry.addFault({ on: 'manifest', method: 'GET', then: { status: 403 } })
    expect(await zstd({ there: there('t/copy') })).toMatchObject({ target: first.target, status: 'unchanged' })
  })

  it('leaves layers alone that are in it, and those that are not to be distributed', async () => {
    const foreign = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'
    const from = await registryWith([
      image('t/app:1')
        .mediaTypes('docker')
        .layer({ a: text }, { mediaType: foreign })
        .layer({ b: text })
        // What says nothing of itself is looked at.
        .layer({ c: text }, { mediaType: 'application/octet-stream' }),
    ])
    const there = createMemoryContent()
    const copied = await copy(from.source(), there, '1', instant({ names: ['app'], compression: 'gzip' }))
    expect(copied).toMatchObject({ made: false, target: { digest: (await from.source().resolve('1')).digest } })
  })

  it('says what it would compress', async () => {
    const from = await registryWith([image('t/app:1').layer({ a: text })])
    const plan = await planCopy(from.source(), createMemoryContent(), '1', { compression: 'zstd' })
    expect(plan).toMatchObject({ compress: { blobs: 1 }, send: { blobs: 1 }, made: true })
    const same = await planCopy(from.source(), createMemoryContent(), '1', { compression: 'gzip' })
    expect(same).toMatchObject({ compress: { blobs: 0 }, send: { blobs: 2 }, made: false })
  })

  it('names nothing where a layer is not what the config says of it', async () => {
    const wrong = digestOf(new TextEncoder().encode('something else'))
    const from = await registryWith([image('t/app:1').layer({ a: text }).diffIds([wrong])])
    const to = await registryWith([])
    const error = await failure(copy(from.source(), to.target(), '1', instant({ names: ['1'], compression: 'zstd' })))
    expect(error).toMatchObject({ code: 'DIFF_ID_MISMATCH' })
    expect(to.registry.repository('t/copy').tags()).toEqual({})
    expect(to.registry.repository('t/copy').blobs()).toEqual([])
    const opened = to.registry.journal.requests({ kind: 'upload', method: 'POST', status: 202 })
    expect(to.registry.journal.requests({ kind: 'upload', method: 'DELETE' })).toHaveLength(opened.length)
  })

  it.each(['source', 'target'] as const)(
    'begins a layer anew when the %s breaks off, and gives up in the end',
    async (side) => {
      const from = await registryWith([image('t/app:1').randomLayer(300_000)])
      const to = await registryWith([])
      const cut = (nth?: number): unknown =>
        side === 'source'
          ? from.registry.addFault({ on: 'blob', method: 'GET', nth, afterBytes: 100_000, then: 'reset' })
          : to.registry.addFault({ on: 'upload', method: 'PATCH', nth, afterRequestBytes: 1000, then: 'reset' })
      cut(1)
      const copied = await copy(from.source(), to.target(), '1', instant({ names: ['1'], compression: 'zstd' }))
      expect(to.registry.repository('t/copy').tags()).toEqual({ 1: copied.target.digest })
      cut()
      const again = copy(from.source(), to.target('t/other'), '1', instant({ names: ['1'], compression: 'zstd' }))
      expect(await failure(again)).toMatchObject({
        code: expect.stringMatching(/CONNECTION_LOST|UPLOAD_FAILED/) as unknown,
      })
      expect(to.registry.repository('t/other').tags()).toEqual({})
    },
  )

  it('ends with the reason of its signal, in the middle of a layer', async () => {
    const from = await registryWith([image('t/app:1').randomLayer(300_000)])
    const to = await registryWith([])
    const controller = new AbortController()
    const reason = new Error('enough')
    const onEvent = (event: CopyEvent): void => void (event.type === 'layer:compressing' && controller.abort(reason))
    const options = instant({ names: ['1'], compression: 'zstd', onEvent, signal: controller.signal })
    expect(await failure(copy(from.source(), to.target(), '1', options))).toBe(reason)
    expect(to.registry.repository('t/copy').blobs()).toEqual([])
  })
})
