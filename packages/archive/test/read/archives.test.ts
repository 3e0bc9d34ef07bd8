import { randomBytes } from 'node:crypto'
import { open, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { createLayout, fileChunks, openArchive, receiveArchive } from '@lading/archive'
import { createMemoryContent, type Delivery } from '@lading/content'
import { nodeFileSystem, type FileSystem } from '@lading/content-store'
import { hexOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { encodeTarHeader } from '@lading/tar'
import { describe, expect, it, onTestFinished } from 'vitest'
import { blobPath } from '../../src/file-names.ts'
import { archiveOf, type Member } from '../support/some-archive.ts'
import { jsonBytes, temporaryDirectory, textBytes } from '../support/some-files.ts'
import { descriptorOf, dockerArchive, indexOf, legacyArchive, ociArchive, testImage } from '../support/some-image.ts'
import { waysIn, type Found } from '../support/ways-in.ts'

const image = testImage('one')
const other = testImage('two', [new Uint8Array(gzipSync('two: in gzip')), 'one: a layer'])

/** Names and config digests: what a user would see. */
const seen = ({ images, documents }: Found): unknown =>
  images.map(({ names }, at) => {
    const { config, layers } = JSON.parse(new TextDecoder().decode(documents[at]?.bytes)) as {
      config?: { digest: string }
      layers?: { digest: string; mediaType: string }[]
    }
    return { names, config: config?.digest, layers: layers?.map(({ digest, mediaType }) => `${mediaType} ${digest}`) }
  })

const layersOf = ({ layers }: typeof image): readonly string[] =>
  layers.map((layer) => `application/vnd.oci.image.layer.v1.tar${layer[0] === 0x1f ? '+gzip' : ''} ${digestOf(layer)}`)

describe.each(Object.entries(waysIn))('an archive read %s', (_, read) => {
  it('of docker: a manifest is made over the layers as they are, and the image ID stays', async () => {
    const archive = await archiveOf(dockerArchive([image, 'app:1', 'registry.example/app:1'], [other]))
    const found = await read(archive)
    expect(seen(found)).toEqual([
      { names: ['app:1', 'registry.example/app:1'], config: image.id, layers: layersOf(image) },
      { names: [], config: other.id, layers: layersOf(other) },
    ])
    expect(found.images.map(({ target }) => target.digest)).toEqual([
      digestOf(image.manifest),
      digestOf(other.manifest),
    ])
  })

  it('of a later version of the layout, which has what version 1.0.0 has', async () => {
    const files = ociArchive([image], [{ bytes: image.manifest, name: '1' }])
    files.set('oci-layout', jsonBytes({ imageLayoutVersion: '1.1.0', more: true }))
    expect(seen(await read(await archiveOf(files)))).toMatchObject([{ names: ['1'], config: image.id }])
  })

  it('of docker, whose layers are links to each other, as docker save and skopeo write them', async () => {
    const [first = new Uint8Array(), second = new Uint8Array()] = image.layers
    const members: [string, Member][] = [
      ['a/layer.tar', { symlink: '../real.tar' }],
      ['b/layer.tar', { symlink: '../a/layer.tar' }],
      ['real.tar', first],
      ['c/layer.tar', { link: 'second.tar' }],
      ['second.tar', second],
      ['config.json', image.config],
      [
        'manifest.json',
        jsonBytes([{ Config: 'config.json', RepoTags: ['app:1'], Layers: ['b/layer.tar', 'c/layer.tar'] }]),
      ],
    ]
    expect(seen(await read(await archiveOf(members)))).toEqual([
      { names: ['app:1'], config: image.id, layers: layersOf(image) },
    ])
  })

  it('of docker before 1.10: the config is made as docker makes it, every layer kept', async () => {
    const { files } = legacyArchive(['base', 'top'], { app: { one: 1, base: 0 }, 'registry.example/app': { '1': 1 } })
    const found = await read(await archiveOf(files))
    const diffIds = ['base', 'top'].map((layer) => digestOf(textBytes(layer)))
    expect(found.images.map(({ names }) => names)).toEqual([['app:one', 'registry.example/app:1'], ['app:base']])
    expect(seen(found)).toMatchObject([
      // As docker computes it: apps/cli/test/load-real.test.ts asks docker.
      {
        config: 'sha256:7677d059e39f09ad856abcad00b4b41052737408bad1d5cbbfda2e1e525ce315',
        layers: diffIds.map((digest) => `application/vnd.oci.image.layer.v1.tar ${digest}`),
      },
      {},
    ])
  })

  it('of docker before 1.10, in which two IDs are one image: once, with both names', async () => {
    const { files, ids } = legacyArchive(['base', 'top'], { app: { one: 1 } })
    const [base = '', top = ''] = ids
    const twin = 'f'.repeat(64)
    const json = { ...(JSON.parse(Buffer.from(files.get(`${top}/json`) ?? []).toString()) as object), id: twin }
    files.set(`${twin}/json`, jsonBytes(json)).set(`${twin}/layer.tar`, textBytes('top'))
    files.set('repositories', jsonBytes({ app: { one: top, two: twin, base } }))
    const found = await read(await archiveOf(files))
    expect(found.images.map(({ names }) => names)).toEqual([['app:one', 'app:two'], ['app:base']])
  })

  it.each([
    ['in an archive without repositories', {}, [{ names: [], top: 1 }]],
    [
      'beside one with a name that others are built on',
      { app: { base: 0 } },
      [
        { names: ['app:base'], top: 0 },
        { names: [], top: 1 },
      ],
    ],
  ])('of docker before 1.10, of an image without a name: %s', async (_what, names, expected) => {
    const { files } = legacyArchive(['base', 'top'], names)
    if (Object.keys(names).length === 0) files.delete('repositories')
    const found = await read(await archiveOf(files))
    const layers = ['base', 'top'].map(
      (layer) => `application/vnd.oci.image.layer.v1.tar ${digestOf(textBytes(layer))}`,
    )
    expect(seen(found)).toMatchObject(
      expected.map(({ names: given, top }) => ({ names: given, layers: layers.slice(0, top + 1) })),
    )
  })

  it('of OCI: names in full or as tags alone, several of one image, none, indexes in indexes, absent children', async () => {
    const index = indexOf(image, other)
    const nested = jsonBytes({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [descriptorOf(index, 'application/vnd.oci.image.index.v1+json')],
    })
    const files = ociArchive(
      [image],
      [
        { bytes: image.manifest, name: '1', fullName: 'registry.example/app:1' },
        { bytes: index, name: 'many' },
        { bytes: nested },
        { bytes: image.manifest, name: 'again' },
      ],
    )
    const found = await read(await archiveOf(files))
    expect(found.images.map(({ names, target }) => [target.digest, names])).toEqual([
      [digestOf(image.manifest), ['registry.example/app:1', 'again']],
      [digestOf(index), ['many']],
      [digestOf(nested), []],
    ])
    expect(found.documents.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(
      [image.manifest, index, nested].map((bytes) => Buffer.from(bytes).toString()),
    )
  })

  it('of both: the OCI half counts, with the names of the other too', async () => {
    const files = ociArchive([image], [{ bytes: image.manifest, name: '1', fullName: 'docker.io/library/app:1' }])
    const docker = jsonBytes([
      {
        Config: blobPath(image.id),
        RepoTags: ['app:1', 'app:2'],
        Layers: image.layers.map((layer) => blobPath(digestOf(layer))),
      },
    ])
    const found = await read(await archiveOf(files.set('manifest.json', docker)))
    expect(found.images).toEqual([
      {
        names: ['docker.io/library/app:1', 'app:2'],
        target: descriptorOf(image.manifest, 'application/vnd.oci.image.manifest.v1+json'),
      },
    ])
  })

  it.each([
    ['without layers', testImage('none', [])],
    ['with an empty layer', testImage('empty', ['', 'not empty'])],
    ['with one layer twice', testImage('twice', ['the same', 'between', 'the same'])],
    [
      'with 127 layers',
      testImage(
        'many',
        Array.from({ length: 127 }, (__, at) => `layer ${at}`),
      ),
    ],
    ['with zstd', testImage('zstd', [new Uint8Array(zstdCompressSync('zstd'))])],
    ['with a layer that looks like a document', testImage('odd', ['{"config": "a tar may begin so"}'])],
  ])('of an image %s', async (__, odd) => {
    const found = await read(await archiveOf(dockerArchive([odd, 'odd:1'])))
    expect(seen(found)).toMatchObject([{ config: odd.id }])
    expect(
      seen(await read(await archiveOf(ociArchive([odd], [{ bytes: odd.manifest, name: 'odd:1' }])))),
    ).toMatchObject([{ names: ['odd:1'], config: odd.id }])
  })

  it('with members in any order, in directories of their own, paths written in other ways', async () => {
    const expected = seen(await read(await archiveOf(dockerArchive([image, 'app:1']))))
    const members = [...dockerArchive([image, 'app:1'])].map(([path, bytes]): [string, Uint8Array] => [
      `./${path.replace('/', '//')}`,
      bytes,
    ])
    expect(seen(await read(await archiveOf(members)))).toEqual(expected)
    expect(seen(await read(await archiveOf(members.toReversed())))).toEqual(expected)
  })

  it.each([
    ['gzip', (bytes: Uint8Array) => gzipSync(bytes)],
    ['zstd', (bytes: Uint8Array) => zstdCompressSync(bytes)],
  ])('in %s', async (__, compress) => {
    const archive = await archiveOf(dockerArchive([image, 'app:1']))
    expect(seen(await read(compress(archive)))).toEqual(seen(await read(archive)))
  })

  it('keeps an artifact of an OCI archive', async () => {
    const config = textBytes('{}')
    const chart = textBytes('a chart')
    const manifest = jsonBytes({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.acme.chart',
      config: descriptorOf(config, 'application/vnd.oci.empty.v1+json'),
      layers: [descriptorOf(chart, 'application/vnd.acme.chart')],
    })
    const files = ociArchive([], [{ bytes: manifest, name: 'registry.example/chart:1' }])
    for (const blob of [config, chart]) files.set(`blobs/sha256/${hexOf(digestOf(blob))}`, blob)
    const found = await read(await archiveOf(files))
    expect(found.images.map(({ names }) => names)).toEqual([['registry.example/chart:1']])
  })
})

describe('an archive that comes slowly', () => {
  it.each(['opened', 'received'])('is waited for no longer than the signal allows, when it is %s', async (way) => {
    const { path, remove } = await temporaryDirectory()
    const bytes = await archiveOf(dockerArchive([image, 'app:1']))
    async function* stalled(): AsyncGenerator<Uint8Array> {
      yield bytes.slice(0, 3000)
      await new Promise(() => {})
    }
    const stop = new AbortController()
    const reason = new Error('enough')
    const delivery = await createMemoryContent().begin()
    const { signal } = stop
    setTimeout(() => stop.abort(reason), 5)
    await expect(
      way === 'opened'
        ? openArchive(stalled(), { spoolDirectory: path, signal })
        : receiveArchive(stalled(), delivery, { signal }),
    ).rejects.toBe(reason)
    expect(await readdir(path)).toEqual([])
    await remove()
  })

  it('has no name on the disk while it is spooled', { skip: process.platform === 'win32' }, async () => {
    const { path, remove } = await temporaryDirectory()
    const bytes = await archiveOf(dockerArchive([image, 'app:1']))
    let there: readonly string[] | undefined
    async function* looking(): AsyncGenerator<Uint8Array> {
      yield bytes.slice(0, 3000)
      there = await readdir(path)
      yield bytes.slice(3000)
    }
    await (await openArchive(looking(), { spoolDirectory: path })).close()
    expect(there).toEqual([])
    await remove()
  })

  it('is opened when it is read: no file stays open where the directory for it is missing', async () => {
    const before = await readdir('/dev/fd')
    await expect(openArchive('/dev/null', { spoolDirectory: '/nowhere' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await readdir('/dev/fd')).toHaveLength(before.length)
  })
})

describe('chunks of an archive that comes', () => {
  it.each([
    ["freed when they are written, where they are nobody else's", true],
    ['left alone, where nothing is said of them', undefined],
  ])('are %s', async (_, freeChunks) => {
    const { path, remove } = await temporaryDirectory()
    const blob = randomBytes(5 * 1024 * 1024)
    const digest = digestOf(blob)
    const files = dockerArchive([image, 'app:1']).set(`blobs/sha256/${hexOf(digest)}`, blob)
    const bytes = await archiveOf(files)
    const given: Uint8Array[] = []
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.byteLength; at += 65_536) {
        given.push(bytes.slice(at, at + 65_536))
        yield given.at(-1) as Uint8Array
      }
    }
    const layout = createLayout(path)
    const delivery = await layout.begin()
    const source = await receiveArchive(chunks(), delivery, { freeChunks })
    expect((await readFile(join(path, 'blobs/sha256', hexOf(digest)))).equals(blob)).toBe(true)
    for await (const { target } of source.images()) expect(await source.document(target)).toBeDefined()
    const freed = given.filter(({ byteLength }) => byteLength === 0).length
    // What holds a header, or the end of another member, is not.
    expect(given.length - freed).toBe(freeChunks === true ? 2 : given.length)
    await source.close()
    await delivery.abort()
    await remove()
  })
})

describe('a receiver that is done with each chunk before it asks for the next', () => {
  it.each([16_384, 65_536, 99_999])('gets all of an archive in chunks of %d bytes that are freed', async (length) => {
    const [blob, after] = [randomBytes(4_200_000), randomBytes(4_300_032)]
    const files = dockerArchive([image, 'app:1'])
    for (const each of [blob, after]) files.set(`blobs/sha256/${hexOf(digestOf(each))}`, each)
    const bytes = await archiveOf(files)
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.byteLength; at += length) yield bytes.slice(at, at + length)
    }
    const delivery = await createMemoryContent().begin()
    const eager: Delivery = {
      ...delivery,
      async receive(what, options) {
        const receiver = await delivery.receive(what, options)
        if (typeof receiver === 'string') return receiver
        const { write } = receiver
        receiver.write = async (chunk, giveBack) => {
          await write(new Uint8Array(chunk))
          giveBack?.()
          await new Promise((resolve) => void setImmediate(resolve))
        }
        return receiver
      },
    }
    const source = await receiveArchive(chunks(), eager, { freeChunks: true })
    for (const each of [blob, after])
      expect(await delivery.has({ digest: digestOf(each), size: each.byteLength, mediaType: 'x/x' })).toBe(true)
    await source.close()
    await delivery.abort()
  })
})

describe('a plain archive of 10 GB', () => {
  const size = 10 * 1024 ** 3

  /** Its large member is a hole. */
  async function largeFile(
    missing = 0,
    name = `${'e'.repeat(64)}.tar`,
    members: Iterable<readonly [string, Member]> = dockerArchive([image, 'app:1']),
  ): Promise<string> {
    const { path, remove } = await temporaryDirectory()
    onTestFinished(remove)
    const images = (await archiveOf(members)).slice(0, -1024)
    const file = await open(join(path, 'large.tar'), 'w')
    const head = Buffer.concat([images, encodeTarHeader({ name, type: 'file', size })])
    await file.write(head)
    await file.truncate(head.byteLength + size + 1024 - missing)
    await file.close()
    return join(path, 'large.tar')
  }

  function counted(): { readonly fs: FileSystem; readonly bytes: () => number } {
    const fs = nodeFileSystem()
    let bytes = 0
    return {
      bytes: () => bytes,
      fs: {
        ...fs,
        async open(...given) {
          const handle = await fs.open(...given)
          return {
            ...handle,
            async read(...how) {
              const count = await handle.read(...how)
              bytes += count
              return count
            },
          }
        },
      },
    }
  }

  it('is opened without reading what nobody asks for', async () => {
    const { fs, bytes } = counted()
    const source = await openArchive(await largeFile(), { fs })
    const names: string[] = []
    for await (const { name } of source.names()) names.push(name)
    await source.close()
    expect(names).toEqual(['app:1'])
    expect(bytes()).toBeLessThan(512 * 1024)
  })

  it.each<readonly [document: string, members: Iterable<readonly [string, Member]>]>([
    ['index.json', [['oci-layout', jsonBytes({ imageLayoutVersion: '1.0.0' })]]],
    ['oci-layout', [['index.json', jsonBytes({ schemaVersion: 2, manifests: [] })]]],
    ['manifest.json', [['config.json', image.config]]],
    ['repositories', []],
  ])('is refused unread where its %s is all of it, from a file and as it comes', async (document, members) => {
    const path = await largeFile(0, document, members)
    const { fs, bytes } = counted()
    await expect(openArchive(path, { fs })).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' })
    expect(bytes()).toBeLessThan(512 * 1024)
    const delivery = await createMemoryContent().begin()
    let taken = 0
    async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of fileChunks(path)) {
        taken += chunk.byteLength
        yield chunk
      }
    }
    await expect(receiveArchive(chunks(), delivery)).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' })
    expect(taken).toBeLessThan(4 * 1024 * 1024)
    await delivery.abort()
  })

  it.each([
    ['within it', 1025],
    ['behind it', 1024],
    ['within its end', 1],
  ])('is refused when it was cut off %s', async (_, missing) => {
    await expect(openArchive(await largeFile(missing))).rejects.toMatchObject({ code: 'TAR_TRUNCATED' })
  })
})
