import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createArchive, type ArchiveOptions, type ArchiveWarning } from '@lading/archive'
import { sendBytes, type Delivery, type Document } from '@lading/content'
import { nodeFileSystem } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import {
  DOCKER_FOREIGN_LAYER,
  OCI_CONFIG,
  OCI_EMPTY,
  OCI_INDEX,
  OCI_LAYER,
  OCI_LAYER_ZSTD,
  OCI_MANIFEST,
  type Platform,
} from '@lading/manifest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { jsonOf, membersOf } from './support/archive-members.ts'
import { memorySink } from './support/memory-sink.ts'

const text = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const blob = (mediaType: string, value: unknown): Document => {
  const bytes = value instanceof Uint8Array ? value : text(value)
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength }, bytes }
}
const layer = (value: string | Uint8Array, mediaType: string = OCI_LAYER): Document => blob(mediaType, value)

interface Image {
  readonly config: Document
  readonly layers: readonly Document[]
  readonly manifest: Document
}

function image(layers: readonly Document[], more: { author?: string; configType?: string } = {}): Image {
  const config = blob(more.configType ?? OCI_CONFIG, { os: 'linux', architecture: 'amd64', author: more.author })
  const manifest = blob(OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
  })
  return { config, layers, manifest }
}

function indexOf(...images: readonly (readonly [Image, Platform])[]): Document {
  const manifests = images.map(([{ manifest }, platform]) => ({ ...manifest.descriptor, platform }))
  return blob(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests })
}

async function bring(delivery: Delivery, { descriptor, bytes }: Document): Promise<void> {
  const receiver = await delivery.receive(descriptor)
  if (typeof receiver === 'string') return
  await sendBytes({ descriptor, bytes }, receiver, { source: 'the test' })
  await receiver.commit()
}

async function add(
  delivery: Delivery,
  images: readonly Image[],
  names: readonly string[],
  above?: Document,
): Promise<unknown> {
  for (const { config, layers } of images) for (const each of [config, ...layers]) await bring(delivery, each)
  const documents = [...images.map(({ manifest }) => manifest), ...(above === undefined ? [] : [above])]
  return delivery.publish({ target: (documents.at(-1) as Document).descriptor, names, documents })
}

async function archived(fill: (delivery: Delivery) => Promise<unknown>, options?: ArchiveOptions): Promise<Uint8Array> {
  const sink = memorySink()
  const delivery = await createArchive(sink, options).begin()
  await fill(delivery)
  await delivery.finish()
  expect(sink.outcome).toBe('finished')
  return sink.bytes()
}

const path = ({ descriptor }: Document): string => `blobs/sha256/${descriptor.digest.slice(7)}`
const amd64: Platform = { os: 'linux', architecture: 'amd64' }
const arm64: Platform = { os: 'linux', architecture: 'arm64' }

describe('an archive', () => {
  const base = layer('the base')
  const app = image([base, layer('the app')])
  const other = image([base, layer('another app')], { author: 'somebody' })

  it('has each blob once, in the order of arrival, and what names them at the end', async () => {
    const bytes = await archived(async (delivery) => {
      await add(delivery, [app], ['alpine:3.20', 'example.com/app'])
      await add(delivery, [other], ['other:1'])
    })
    const members = membersOf(bytes)
    expect([...members.keys()]).toEqual([
      ...[app.config, ...app.layers, app.manifest].map(path),
      ...[other.config, other.layers[1] as Document, other.manifest].map(path),
      'oci-layout',
      'index.json',
      'manifest.json',
    ])
    expect(jsonOf(members, 'oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' })
    const entry = ({ descriptor }: Document, name: string): unknown => ({
      ...descriptor,
      annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name },
    })
    expect(jsonOf(members, 'index.json')).toEqual({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [
        entry(app.manifest, 'docker.io/library/alpine:3.20'),
        entry(app.manifest, 'example.com/app:latest'),
        entry(other.manifest, 'docker.io/library/other:1'),
      ],
    })
    expect(jsonOf(members, 'manifest.json')).toEqual([
      { Config: path(app.config), RepoTags: ['alpine:3.20', 'example.com/app:latest'], Layers: app.layers.map(path) },
      { Config: path(other.config), RepoTags: ['other:1'], Layers: other.layers.map(path) },
    ])
  })

  it('is the same bytes for the same images', async () => {
    const once = (): Promise<Uint8Array> => archived((delivery) => add(delivery, [app], ['a:1']))
    expect(await once()).toEqual(await once())
  })

  it.each([
    ['docker', [], ['manifest.json']],
    ['oci', [app.manifest], ['oci-layout', 'index.json']],
  ] as const)('of %s alone has nothing that it does not name', async (format, manifests, end) => {
    const members = membersOf(await archived((delivery) => add(delivery, [app], ['a:1']), { format }))
    expect([...members.keys()]).toEqual([...[app.config, ...app.layers, ...manifests].map(path), ...end])
  })

  it('without a name, or by digest, has no tag for docker', async () => {
    const digest = app.manifest.descriptor.digest
    const members = membersOf(
      await archived(async (delivery) => {
        await add(delivery, [app], [])
        await add(delivery, [app], [`a:1@${digest}`])
        await add(delivery, [other], [])
      }),
    )
    expect(jsonOf(members, 'index.json')).toMatchObject({
      manifests: [
        { digest, annotations: { 'io.containerd.image.name': `docker.io/library/a@${digest}` } },
        other.manifest.descriptor,
      ],
    })
    expect(jsonOf(members, 'manifest.json')).toEqual([
      { Config: path(app.config), RepoTags: null, Layers: app.layers.map(path) },
      { Config: path(other.config), RepoTags: null, Layers: other.layers.map(path) },
    ])
  })

  it('takes no layers, an empty layer, the same layer twice, and 127 of them', async () => {
    const empty = layer('')
    const images = [
      image([]),
      image([empty, base, empty, base]),
      image(Array.from({ length: 127 }, (_, at) => layer(`layer ${at}`))),
    ]
    const events: ArchiveWarning[] = []
    const fill = async (delivery: Delivery): Promise<void> => {
      for (const [at, each] of images.entries()) await add(delivery, [each], [`a:${at}`])
    }
    const members = membersOf(await archived(fill, { onEvent: (event) => void events.push(event) }))
    const [{ manifest }] = images.slice(-1) as [Image]
    expect(events).toMatchObject([{ code: 'MANY_LAYERS', digest: manifest.descriptor.digest }])
    const items = jsonOf(members, 'manifest.json') as { readonly Layers: readonly string[] }[]
    // All of them have the same config: docker sees one image of several tags.
    expect(items).toEqual([{ Config: path(app.config), RepoTags: ['a:0', 'a:1', 'a:2'], Layers: [] }])
    for (const each of images.flatMap(({ layers }) => layers)) expect(members.get(path(each))).toEqual(each.bytes)
  })

  it('gives docker the image of an index that serves the machine, or the first one, and says so', async () => {
    const index = indexOf([app, arm64], [other, amd64])
    const dockers = async (platform: Platform): Promise<[unknown, readonly ArchiveWarning[]]> => {
      const events: ArchiveWarning[] = []
      const onEvent = (event: ArchiveWarning): void => void events.push(event)
      const fill = (delivery: Delivery): Promise<unknown> => add(delivery, [app, other], ['a:1'], index)
      const members = membersOf(await archived(fill, { platform, onEvent }))
      expect(jsonOf(members, 'index.json')).toMatchObject({ manifests: [index.descriptor] })
      return [(jsonOf(members, 'manifest.json') as { Config: string }[]).map(({ Config }) => Config), events]
    }
    expect(await dockers(amd64)).toEqual([[path(other.config)], []])
    expect(await dockers(arm64)).toEqual([[path(app.config)], []])
    expect(await dockers({ os: 'linux', architecture: 's390x' })).toMatchObject([
      [path(app.config)],
      [{ code: 'DOCKER_PLATFORM', digest: index.descriptor.digest }],
    ])
  })

  it('keeps an artifact for OCI, and refuses it for docker alone', async () => {
    const artifact = image([layer('x', 'text/plain')], { configType: OCI_EMPTY })
    const events: ArchiveWarning[] = []
    const onEvent = (event: ArchiveWarning): void => void events.push(event)
    const fill = (delivery: Delivery): Promise<unknown> => add(delivery, [artifact], ['a:1'])
    const members = membersOf(await archived(fill, { onEvent }))
    expect(jsonOf(members, 'manifest.json')).toEqual([])
    expect(jsonOf(members, 'index.json')).toMatchObject({ manifests: [artifact.manifest.descriptor] })
    expect(events).toMatchObject([{ code: 'DOCKER_LEFT_OUT', digest: artifact.manifest.descriptor.digest }])
    await expect(archived(fill, { format: 'docker' })).rejects.toMatchObject({ code: 'NOT_AN_IMAGE' })
  })

  it('tells once of layers that older dockers do not load, and lets foreign ones be absent', async () => {
    const foreign = layer('not for you', DOCKER_FOREIGN_LAYER)
    const odd = image([foreign, layer('fast', OCI_LAYER_ZSTD)])
    const events: ArchiveWarning[] = []
    const fill = async (delivery: Delivery): Promise<void> => {
      for (const each of [odd.config, odd.layers[1] as Document]) await bring(delivery, each)
      for (const names of [['a:1'], ['a:2']])
        await delivery.publish({ target: odd.manifest.descriptor, names, documents: [odd.manifest] })
    }
    const members = membersOf(await archived(fill, { onEvent: (event) => events.push(event) }))
    expect(members.has(path(foreign))).toBe(false)
    expect(jsonOf(members, 'manifest.json')).toMatchObject([{ Layers: odd.layers.map(path) }])
    expect(events.map(({ code }) => code)).toEqual(['ZSTD_LAYERS'])
  })

  it('takes names that are references, and nothing of a publication with others', async () => {
    const sink = memorySink()
    const delivery = await createArchive(sink).begin()
    for (const each of [app.config, ...app.layers]) await bring(delivery, each)
    const before = sink.bytes().byteLength
    await expect(add(delivery, [app], ['a:1', 'Not A Name'])).rejects.toMatchObject({ code: 'REFERENCE_UPPERCASE' })
    await delivery.finish()
    expect(sink.bytes().byteLength).toBeGreaterThan(before)
    expect(jsonOf(membersOf(sink.bytes()), 'index.json')).toMatchObject({ manifests: [] })
  })
})

describe('an archive for OCI alone', () => {
  it('takes the names of layouts too, as they are', async () => {
    const app = image([layer('x')])
    const names = ['1.4', 'example.com/a:1', 'docker.io/library/a:1', 'a b']
    const members = membersOf(await archived((delivery) => add(delivery, [app], names), { format: 'oci' }))
    const ref = 'org.opencontainers.image.ref.name'
    const full = 'io.containerd.image.name'
    const { manifests } = jsonOf(members, 'index.json') as { readonly manifests: readonly { annotations: unknown }[] }
    expect(manifests.map(({ annotations }) => annotations)).toEqual([
      { [ref]: '1.4' },
      { [ref]: 'example.com/a:1', [full]: 'example.com/a:1' },
      { [ref]: 'docker.io/library/a:1', [full]: 'docker.io/library/a:1' },
      { [full]: 'a b' },
    ])
  })
})

describe('the bytes of a blob', () => {
  const bytes = new Uint8Array(100_000).map((_, at) => at * 31)
  const large = layer(bytes)

  it('go on as they come, one write at a time', async () => {
    let busy = 0
    const sizes: number[] = []
    const delivery = await createArchive({
      async write(chunk) {
        expect(++busy).toBe(1)
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
        sizes.push(chunk.byteLength)
        busy--
      },
    }).begin()
    const receiver = await delivery.receive(large.descriptor)
    if (typeof receiver === 'string') throw new Error('it is not there')
    await receiver.begin({ start: 0, source: 'the test' })
    // Nobody waits for the first.
    void receiver.write(bytes.slice(0, 1000))
    await receiver.write(bytes.slice(1000, 3000))
    expect(sizes).toEqual([512, 1000, 2000])
    await receiver.write(bytes.slice(3000))
    await receiver.commit()
    expect(sizes.at(-1)).toBe(512 - (bytes.byteLength % 512))
  })

  it.each([true, false])('come again from the start after a break, where a sink rewinds: %s', async (rewinds) => {
    const sink = memorySink({ rewinds })
    const delivery = await createArchive(sink).begin()
    const broken = await delivery.receive(large.descriptor)
    if (typeof broken === 'string') throw new Error('it is not there')
    await broken.begin({ start: 0, source: 'the test', validator: '"v"' })
    await broken.write(bytes.slice(0, 40_000))
    await broken.close()
    const receiver = await delivery.receive(large.descriptor)
    if (typeof receiver === 'string') throw new Error('it is not there')
    expect([receiver.offset, receiver.validator, receiver.source]).toEqual([40_000, '"v"', 'the test'])
    await receiver.begin({ start: 0, source: 'another' })
    expect(receiver.offset).toBe(0)
    await receiver.write(bytes.slice(0, 30_000))
    expect(receiver.offset).toBe(30_000)
    await receiver.write(bytes.slice(30_000))
    await receiver.commit()
    await delivery.finish()
    expect(membersOf(sink.bytes()).get(path(large))).toEqual(bytes)
  })

  it('of another one that is half there keep a manifest out, and the name that it was to have', async () => {
    const sink = memorySink({ rewinds: false })
    const delivery = await createArchive(sink).begin()
    const small = image([])
    await bring(delivery, small.config)
    const half = await delivery.receive(large.descriptor)
    if (typeof half === 'string') throw new Error('it is not there')
    await half.begin({ start: 0, source: 'the test' })
    await half.write(bytes.slice(0, 40_000))
    await half.close()
    await expect(add(delivery, [small], ['a:1'])).rejects.toMatchObject({ code: 'DELIVERY_BROKEN' })
    await bring(delivery, large)
    await delivery.finish()
    const members = membersOf(sink.bytes())
    expect(members.has(path(small.manifest))).toBe(false)
    expect(jsonOf(members, 'index.json')).toMatchObject({ manifests: [] })
    expect(jsonOf(members, 'manifest.json')).toEqual([])
  })

  it('of one that is half there stay when another receiver that never began is thrown away', async () => {
    const delivery = await createArchive(memorySink()).begin()
    const half = await delivery.receive(large.descriptor)
    if (typeof half === 'string') throw new Error('it is not there')
    await half.begin({ start: 0, source: 'the test' })
    await half.write(bytes.slice(0, 40_000))
    await half.close()
    const other = await delivery.receive(layer('small').descriptor)
    if (typeof other === 'string') throw new Error('it is not there')
    await other.discard()
    expect(await delivery.receive(large.descriptor)).toMatchObject({ offset: 40_000 })
  })

  it('of unknown digest leave no file where one cannot be read again', async () => {
    const spoolDirectory = await mkdtemp(join(tmpdir(), 'lading-archive-'))
    onTestFinished(() => rm(spoolDirectory, { recursive: true }))
    const disk = nodeFileSystem()
    const why = new Error('too many open files')
    const open: typeof disk.open = (...given) => (given[1] === 'r' ? Promise.reject(why) : disk.open(...given))
    const delivery = await createArchive(memorySink(), { spoolDirectory, fs: { ...disk, open } }).begin()
    await expect(delivery.receive({ mediaType: OCI_LAYER })).rejects.toBe(why)
    expect(await readdir(spoolDirectory)).toEqual([])
  })

  it('wait for one that is on its way, or for the signal', async () => {
    const sink = memorySink()
    const delivery = await createArchive(sink).begin()
    const first = await delivery.receive(large.descriptor)
    if (typeof first === 'string') throw new Error('it is not there')
    const twin = delivery.receive(large.descriptor)
    const next = delivery.receive(layer('small').descriptor)
    const reason = new Error('not now')
    const late = AbortSignal.abort(reason)
    await expect(delivery.receive(layer('third').descriptor, { signal: late })).rejects.toBe(reason)
    await sendBytes(large, first, { source: 'the test' })
    await first.commit()
    expect(await twin).toBe('here')
    expect(await next).toMatchObject({ offset: 0 })
    await delivery.abort()
    expect(sink.outcome).toBe('aborted')
  })

  it('that a sink refuses end the archive with its error', async () => {
    const why = new Error('the disk is full')
    let room = 5000
    const sink = {
      ...memorySink(),
      outcome: 'open' as const,
      aborted: 0,
      async write(chunk: Uint8Array) {
        if ((room -= chunk.byteLength) < 0) throw why
      },
      async abort() {
        sink.aborted++
      },
    }
    const delivery = await createArchive(sink).begin()
    await expect(bring(delivery, large)).rejects.toBe(why)
    await expect(bring(delivery, layer('small'))).rejects.toBe(why)
    await expect(delivery.finish()).rejects.toBe(why)
    await delivery.abort()
    await delivery.abort()
    expect(sink.aborted).toBe(1)
  })

  it('of unknown digest are refused where no directory is given for them', async () => {
    const delivery = await createArchive(memorySink()).begin()
    await expect(delivery.receive({ mediaType: OCI_LAYER })).rejects.toMatchObject({ code: 'ARCHIVE_SPOOL_NEEDED' })
    await bring(delivery, layer('small'))
    await delivery.finish()
  })

  it('of unknown digest go through a file that nothing is left of', async () => {
    const spoolDirectory = await mkdtemp(join(tmpdir(), 'lading-archive-'))
    onTestFinished(() => rm(spoolDirectory, { recursive: true }))
    const sink = memorySink({ rewinds: false })
    const delivery = await createArchive(sink, { spoolDirectory }).begin()
    const receiver = await delivery.receive({ mediaType: OCI_LAYER })
    const abandoned = await delivery.receive({ mediaType: OCI_LAYER })
    if (typeof receiver === 'string' || typeof abandoned === 'string') throw new Error('they are not there')
    for (const each of [abandoned, receiver]) await sendBytes(large, each, { source: 'the test' })
    expect(await readdir(spoolDirectory)).toEqual([])
    expect(sink.bytes().byteLength).toBe(0)
    expect(await receiver.commit()).toEqual(large.descriptor)
    await delivery.finish()
    expect(membersOf(sink.bytes()).get(path(large))).toEqual(bytes)
    await expect(abandoned.commit()).rejects.toMatchObject({ code: 'RECEIVER_CLOSED' })
    expect(await readdir(spoolDirectory)).toEqual([])
  })
})
