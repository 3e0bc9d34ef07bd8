import { createMemoryContent, type MemoryContent, type Source } from '@lading/content'
import { parseImageConfig, schemas, type Descriptor, type ImageIndex, type ImageManifest } from '@lading/manifest'
import {
  artifact,
  image,
  index,
  startTestRegistry,
  type Seedable,
  type TestRegistry,
  type TestRegistryOptions,
} from '@lading/test-registry'
import { createRegistryClient } from '@lading/registry-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { saveImage, type SavedImage, type SaveOptions } from '../src/index.ts'
import { instantClock } from './scene.ts'

async function registryWith(
  images: readonly Seedable[],
  options: TestRegistryOptions = {},
): Promise<{ readonly registry: TestRegistry; readonly source: Source }> {
  const registry = await startTestRegistry({ ...options, images })
  const client = createRegistryClient({ clock: instantClock() })
  onTestFinished(async () => {
    await client.close()
    await registry.close()
  })
  return { registry, source: client.repository(`${registry.host}/t/app`).source() }
}

async function saved(
  source: Source,
  options: SaveOptions = {},
): Promise<{ readonly result: SavedImage; readonly there: MemoryContent; readonly warnings: readonly string[] }> {
  const there = createMemoryContent()
  const warnings: string[] = []
  const delivery = await there.begin()
  const wanted = { source, target: await source.resolve('1'), names: ['saved'] }
  const onWarning = ({ code }: { readonly code: string }): void => void warnings.push(code)
  const result = await saveImage(wanted, delivery, { clock: instantClock(), onWarning, ...options })
  await delivery.finish()
  return { result, there, warnings }
}

/** For three platforms; a layer is in all of them. */
const three = () => {
  const of = (platform: string) =>
    image()
      .platform(platform)
      .layer({ 'etc/motd': 'hello' })
      .layer({ [`bin/${platform}`]: 'x' })
  return index('t/app:1').add(of('linux/amd64')).add(of('linux/arm64')).add(of('linux/s390x'))
}
const platformsOf = (given: readonly Descriptor[]): unknown[] =>
  given.flatMap(({ platform }) => (platform === undefined ? [] : [platform.architecture]))
const manifestIn = async (source: Source, descriptor: Descriptor): Promise<ImageManifest | ImageIndex> =>
  schemas.unmarshal(descriptor.mediaType, (await source.document(descriptor))?.bytes ?? new Uint8Array())

describe('saving', () => {
  it('brings all platforms of an index, under its own digest', async () => {
    const { source } = await registryWith([three()])
    const { result, there } = await saved(source)
    expect(result.target.digest).toBe((await source.resolve('1')).digest)
    expect(platformsOf(result.documents)).toEqual(['amd64', 'arm64', 's390x'])
    expect((await there.resolve('saved')).digest).toBe(result.target.digest)
  })

  it('brings the platforms that are asked for, and the index stays what it is', async () => {
    const { source } = await registryWith([three()])
    const platforms = ['s390x', 'amd64'].map((architecture) => ({ os: 'linux', architecture }))
    const { result, there } = await saved(source, { platforms })
    expect(result.target.digest).toBe((await source.resolve('1')).digest)
    expect(platformsOf(result.documents)).toEqual(['s390x', 'amd64'])
    const arm = ((await manifestIn(there, result.target)) as ImageIndex).manifests[1] as Descriptor
    expect(await there.document(arm)).toBeUndefined()
    await expect(saved(source, { platforms: [{ os: 'plan9', architecture: 'amd64' }] })).rejects.toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      hint: expect.stringContaining('linux/s390x'),
    })
  })

  it('tells when the only image there is is for another platform', async () => {
    const { source } = await registryWith([image('t/app:1').platform('linux/arm64').layer({ a: 'a' })])
    expect((await saved(source, { platforms: [{ os: 'linux', architecture: 'arm64' }] })).warnings).toEqual([])
    const { result, warnings } = await saved(source, { platforms: [{ os: 'linux', architecture: 'amd64' }] })
    expect([result.documents.length, warnings]).toEqual([1, ['PLATFORM']])
  })

  it('leaves out what a store lacks, and says when nothing is left', async () => {
    const { source } = await registryWith([three()])
    const { there } = await saved(source)
    const target = await there.resolve('saved')
    const [amd64, arm64, s390x] = ((await manifestIn(there, target)) as ImageIndex).manifests as Descriptor[]
    const layer = ((await manifestIn(there, arm64 as Descriptor)) as ImageManifest).layers[1]?.digest
    const lacking: Source = {
      ...there,
      resolve: async () => target,
      document: async (descriptor) => (descriptor.digest === s390x?.digest ? undefined : there.document(descriptor)),
      stat: async (digest) => (digest === layer ? undefined : there.stat(digest)),
    }
    const { result } = await saved(lacking, { partial: true })
    expect(result.documents.map(({ digest }) => digest)).toEqual([amd64?.digest, target.digest])
    const platforms = [{ os: 'linux', architecture: 'arm64' }]
    await expect(saved(lacking, { partial: true, platforms })).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' })
    const alone: Source = { ...lacking, resolve: async () => arm64 as Descriptor }
    await expect(saved(alone, { partial: true })).rejects.toMatchObject({
      code: 'CONTENT_UNKNOWN',
      message: expect.stringContaining(layer ?? ''),
    })
  })

  it('goes on from where a registry broke off', async () => {
    const { source, registry } = await registryWith(
      [image('t/app:1').layer({ a: 'a'.repeat(9000) }, { compression: 'none' })],
      {
        faults: [{ on: 'blob', nth: 2, afterBytes: 5000, then: 'reset' }],
      },
    )
    const { result, there } = await saved(source)
    const { layers } = (await manifestIn(there, result.target)) as ImageManifest
    expect(registry.journal.blob(layers[0]?.digest ?? '').requests.map(({ status }) => status)).toEqual([200, 206])
  })

  it('leaves foreign layers out, and says so', async () => {
    const { source } = await registryWith([
      image('t/app:1')
        .layer({ a: 'a' }, { urls: ['https://example.com/layer'] })
        .layer({ b: 'b' }),
    ])
    const there = createMemoryContent()
    const given: string[] = []
    const delivery = await there.begin()
    const watched = {
      ...delivery,
      receive: (what: Parameters<typeof delivery.receive>[0]) => {
        given.push(what.mediaType)
        return delivery.receive(what)
      },
      publish: async () => ({ outcome: 'published' as const }),
    }
    const warnings: string[] = []
    const onWarning = ({ message }: { readonly message: string }): void => void warnings.push(message)
    await saveImage({ source, target: await source.resolve('1'), names: [] }, watched, { onWarning })
    expect(given.filter((mediaType) => /foreign|nondistributable/.test(mediaType))).toEqual([])
    expect(given).toHaveLength(2)
    expect(warnings).toEqual([expect.stringMatching(/left out \(sha256:/)])
  })

  it('inflates layers where that is asked for: the same config over layers that are their diffIDs', async () => {
    const { source } = await registryWith([three()])
    const { result, there } = await saved(source, { uncompressed: true })
    expect(result.target.digest).not.toBe((await source.resolve('1')).digest)
    const before = (await manifestIn(source, await source.resolve('1'))) as ImageIndex
    const after = (await manifestIn(there, result.target)) as ImageIndex
    expect(platformsOf(after.manifests)).toEqual(['amd64', 'arm64', 's390x'])
    for (const [at, child] of after.manifests.entries()) {
      const { config, layers } = (await manifestIn(there, child)) as ImageManifest
      const original = (await manifestIn(source, before.manifests[at] as Descriptor)) as ImageManifest
      expect(config.digest).toBe(original.config.digest)
      const { rootfs } = parseImageConfig((await there.document(config))?.bytes ?? new Uint8Array())
      expect(layers.map(({ digest }) => digest)).toEqual(rootfs.diffIds)
      expect(new Set(layers.map(({ mediaType }) => mediaType))).toEqual(
        new Set(['application/vnd.oci.image.layer.v1.tar']),
      )
    }
  })

  it('has an artifact as it is, inflated or not', async () => {
    const { source } = await registryWith([artifact('t/app:1', 'application/vnd.acme.thing')])
    const target = await source.resolve('1')
    for (const uncompressed of [false, true])
      expect((await saved(source, { uncompressed })).result.target.digest).toBe(target.digest)
  })

  it('refuses a layer that inflates to something else than its config says', async () => {
    const { source } = await registryWith([
      image('t/app:1').layer({ a: 'a' }, { claimedDiffId: `sha256:${'0'.repeat(64)}` }),
    ])
    await expect(saved(source, { uncompressed: true })).rejects.toMatchObject({ code: 'DIFF_ID_MISMATCH' })
  })

  it('believes a config that stands in the manifest no more than its digest', async () => {
    const { source } = await registryWith([image('t/app:1').layer({ a: 'a' })])
    const top = await source.resolve('1')
    const lying: Source = {
      ...source,
      async document(descriptor, options) {
        const document = await source.document(descriptor, options)
        if (document === undefined || descriptor.digest !== top.digest) return document
        const manifest = JSON.parse(Buffer.from(document.bytes).toString()) as { config: { data?: string } }
        const config = await source.document(((await manifestIn(source, top)) as ImageManifest).config)
        const other = Buffer.from(config?.bytes ?? [])
          .toString('latin1')
          .replace('linux', 'l1nux')
        manifest.config.data = Buffer.from(other, 'latin1').toString('base64')
        return { descriptor, bytes: Buffer.from(JSON.stringify(manifest)) }
      },
    }
    await expect(saved(lying, { uncompressed: true })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
  })
})
