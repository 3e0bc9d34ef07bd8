import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRegistryClient } from '@lading/registry-client'
import { schemas, decodeImageManifest } from '@lading/manifest'
import { image, index } from '@lading/test-registry'
import { openStore } from '@lading/store'
import { createTransfers } from '@lading/transfer'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createPuller } from '../src/index.ts'
import { failure, namesIn, scene } from './scene.ts'

const app = image('t/app:1').layer({ 'etc/os-release': 'base' }).layer({ 'srv/app': 'one' })
const hex = (digest: string): string => digest.split(':')[1] ?? ''

describe('a pull by tag', () => {
  it('brings manifest, config and layers, byte for byte, and names them last', async () => {
    const { registry, root, pull, names } = await scene()
    const built = await registry.seed(app)
    const pulled = await pull('t/app:1')
    expect(pulled).toMatchObject({
      reference: `${registry.host}/t/app:1`,
      digest: built.digest,
      id: built.config.digest,
      status: 'downloaded',
    })
    expect(pulled.layers.map(({ digest, diffId }) => [digest, diffId])).toEqual(
      built.layers.map(({ digest, diffId }) => [digest, diffId]),
    )
    for (const content of [built, built.config, ...built.layers]) {
      expect(new Uint8Array(await readFile(join(root, 'blobs/sha256', hex(content.digest))))).toEqual(
        new Uint8Array(content.bytes),
      )
    }
    expect(await names()).toContain(`${registry.host}/t/app:1`)
  })

  it('tells what happens in docker’s order', async () => {
    const { registry, pull, events } = await scene()
    const built = await registry.seed(app)
    await pull('t/app:1')
    const told = events.map(({ type }) => type)
    expect(told.indexOf('resolve')).toBeLessThan(told.indexOf('layer:pulling'))
    expect(
      events.filter(({ type }) => type === 'layer:complete').map((event) => 'digest' in event && event.digest),
    ).toEqual(built.layers.map(({ digest }) => digest))
    expect(told.slice(-2)).toEqual(['digest', 'status'])
    expect(events.at(-1)).toEqual({ type: 'status', status: 'downloaded', reference: `${registry.host}/t/app:1` })
  })

  it('asks for each thing once', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(app)
    await pull('t/app:1')
    expect(
      registry.journal
        .requests()
        .map(({ method, target }) => `${method} ${target}`)
        .toSorted(),
    ).toEqual(['GET 1', `GET ${built.config.digest}`, ...built.layers.map(({ digest }) => `GET ${digest}`)].toSorted())
  })

  it('is up to date the second time, for one HEAD', async () => {
    const { registry, pull, events } = await scene()
    await registry.seed(app)
    await pull('t/app:1')
    registry.journal.clear()
    events.length = 0
    expect((await pull('t/app:1')).status).toBe('up-to-date')
    expect(registry.journal.requests().map(({ method, target }) => `${method} ${target}`)).toEqual(['HEAD 1'])
    expect(events.filter(({ type }) => type.startsWith('layer:'))).toEqual([])
  })

  it('asks with the digest it has when the answer to HEAD names none', async () => {
    const { registry, pull } = await scene()
    await registry.seed(app)
    await pull('t/app:1')
    registry.journal.clear()
    registry.addFault({ on: 'manifest', then: 'no-digest-header' })
    expect((await pull('t/app:1')).status).toBe('up-to-date')
    expect(registry.journal.requests().map(({ method, status }) => `${method} ${status}`)).toEqual([
      'HEAD 200',
      'GET 304',
    ])
  })

  it('follows a tag that moved, fetches only what is new, and keeps the old target by digest', async () => {
    const { registry, pull, names, eventsOf } = await scene()
    const old = await registry.seed(app)
    await pull('t/app:1')
    const moved = await registry.seed(image('t/app:1').layer({ 'etc/os-release': 'base' }).layer({ 'srv/app': 'two' }))
    registry.journal.clear()
    expect(await pull('t/app:1')).toMatchObject({ digest: moved.digest, status: 'downloaded' })
    expect(eventsOf('layer:exists').map(({ digest }) => digest)).toEqual([old.layers[0]?.digest])
    expect(registry.journal.blob(old.layers[0]?.digest ?? '').requests).toHaveLength(0)
    expect(await names()).toEqual(
      expect.arrayContaining([`${registry.host}/t/app:1`, `${registry.host}/t/app@${old.digest}`]),
    )
    // And back again: a known image, so no blob is asked for.
    await registry.seed(app)
    registry.journal.clear()
    expect(await pull('t/app:1')).toMatchObject({ digest: old.digest, status: 'downloaded' })
    expect(registry.journal.requests({ kind: 'blob' })).toEqual([])
  })

  it('writes down what a manifest is, not what the answer to HEAD said of it', async () => {
    const { registry, pull, root } = await scene()
    const one = await registry.seed(image('t/app:1').layer({ a: '1' }))
    await registry.seed(image('t/app:2').layer({ a: '2' }))
    await pull('t/app:1')
    await pull('t/app:2')
    registry.repository('t/app').tag('2', one.digest)
    registry.addFault({ on: 'manifest', method: 'HEAD', then: { headers: { 'content-type': 'application/json' } } })
    const { manifest } = await pull('t/app:2')
    expect(manifest).toEqual({ mediaType: one.descriptor.mediaType, digest: one.digest, size: one.descriptor.size })
    const { manifests } = JSON.parse(await readFile(join(root, 'index.json'), 'utf8')) as {
      manifests: { mediaType: string }[]
    }
    expect(new Set(manifests.map(({ mediaType }) => mediaType))).toEqual(new Set([one.descriptor.mediaType]))
  })

  it('takes latest for a bare name', async () => {
    const { registry, pull } = await scene()
    await registry.seed(image('t/app').layer({ a: 'a' }))
    expect((await pull('t/app')).reference).toBe(`${registry.host}/t/app:latest`)
  })

  it('takes manifests without a mediaType member, Docker schema 2, zstd and plain layers', async () => {
    const { registry, pull } = await scene()
    for (const [tag, variant] of Object.entries({
      umoci: app.withoutMediaType(),
      docker: app.mediaTypes('docker'),
      zstd: image().layer({ a: 'zstd' }, { compression: 'zstd' }),
      plain: image().layer({ a: 'plain' }, { compression: 'none' }),
      none: image(),
    })) {
      const built = variant.build()
      await registry.seed(built, { repository: 't/kinds', tags: [tag] })
      expect(await pull(`t/kinds:${tag}`), tag).toMatchObject({ id: built.config.digest, status: 'downloaded' })
    }
  })

  it('fetches a layer that stands twice in the image once, and tells it once', async () => {
    const { registry, pull, eventsOf } = await scene()
    const built = await registry.seed(image('t/twice:1').layer({ a: 'a' }).layer({ b: 'b' }).layer({ a: 'a' }))
    const pulled = await pull('t/twice:1')
    expect(pulled.layers).toHaveLength(3)
    expect(registry.journal.blob(built.layers[0]?.digest ?? '').requests).toHaveLength(1)
    expect(eventsOf('layer:complete')).toHaveLength(2)
  })

  it('uses content that is embedded in a descriptor instead of a request', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(image('t/data:1').layer({ a: 'embedded' }, { embed: true, stored: false }))
    await pull('t/data:1')
    expect(registry.journal.blob(built.layers[0]?.digest ?? '').requests).toHaveLength(0)
  })
})

describe('a pull by digest', () => {
  it('is stored under the digest, and costs no request the second time', async () => {
    const { registry, pull, names } = await scene()
    const built = await registry.seed(app)
    const name = `t/app@${built.digest}`
    expect(await pull(name)).toMatchObject({ digest: built.digest, status: 'downloaded' })
    expect(await names()).toEqual([`${registry.host}/${name}`])
    registry.journal.clear()
    expect((await pull(name)).status).toBe('up-to-date')
    expect(registry.journal.requests()).toEqual([])
  })

  it('lets the digest decide when a tag stands beside it, and does not move the tag', async () => {
    const { registry, pull, names } = await scene()
    const old = await registry.seed(app)
    await registry.seed(image('t/app:1').layer({ a: 'new' }))
    expect((await pull(`t/app:1@${old.digest}`)).digest).toBe(old.digest)
    expect(await names()).toEqual([`${registry.host}/t/app@${old.digest}`])
  })

  it('uses a manifest from another repository only after this one proved that it has it', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(app)
    await pull('t/app:1')
    registry.journal.clear()
    expect((await failure(pull(`t/other@${built.digest}`))).code).toBe('NAME_UNKNOWN')
    await registry.seed(app, { repository: 't/other' })
    registry.journal.clear()
    expect((await pull(`t/other@${built.digest}`)).digest).toBe(built.digest)
    expect(registry.journal.requests().map(({ method }) => method)).toEqual(['HEAD'])
  })
})

describe('what is verified', () => {
  it('with digest only, no layer is registered, and a later full pull inflates what is here', async () => {
    const { registry, pull, root } = await scene()
    await registry.seed(app)
    await pull('t/app:1', { verify: 'digest' })
    await expect(readFile(join(root, 'lading/diff-ids'))).rejects.toThrow(/ENOENT/)
    registry.journal.clear()
    expect((await pull('t/app:1')).status).toBe('up-to-date')
    expect(registry.journal.requests({ kind: 'blob' })).toEqual([])
    expect(
      await readFile(join(root, 'lading/diff-ids/sha256', hex(app.build().layers[0]?.digest ?? '')), 'utf8'),
    ).toContain(app.build().layers[0]?.diffId)
  })

  it('heals a blob that the disk has spoiled', async () => {
    const { registry, pull, root } = await scene()
    const built = await registry.seed(app)
    await pull('t/app:1', { verify: 'digest' })
    const spoiled = built.layers[0]
    const path = join(root, 'blobs/sha256', hex(spoiled?.digest ?? ''))
    await chmod(path, 0o600)
    await writeFile(path, new Uint8Array(spoiled?.size ?? 0))
    registry.journal.clear()
    await pull('t/app:1')
    expect(registry.journal.blob(spoiled?.digest ?? '').requests).toHaveLength(1)
    expect(new Uint8Array(await readFile(path))).toEqual(new Uint8Array(spoiled?.bytes ?? []))
  })
})

describe('a puller', () => {
  it('works with a media type that the user added to the schema registry', async () => {
    const mediaType = 'application/vnd.acme.manifest.v1+json'
    const mine = schemas.with(mediaType, (bytes: Uint8Array) => ({
      ...decodeImageManifest(bytes, 'application/vnd.oci.image.manifest.v1+json'),
      mediaType,
    }))
    const { registry } = await scene()
    await registry.seed(image('t/mine:1').layer({ a: 'a' }).withoutMediaType())
    registry.addFault({ on: 'manifest', then: { headers: { 'content-type': `${mediaType}; charset=utf-8` } } })
    const client = createRegistryClient({ schemas: mine as never })
    const { manifest, descriptor } = await client.repository(`${registry.host}/t/mine`).manifests.get('1')
    expect(manifest).toMatchObject({ kind: 'manifest', mediaType })
    expect(descriptor.mediaType).toBe(mediaType)
    expect(registry.journal.manifest('1').requests[0]?.headers['accept']).toContain(mediaType)
    await client.close()
  })

  it('refuses after it was closed, and leaves the store’s names alone', async () => {
    const { registry, puller, root } = await scene()
    await registry.seed(app)
    await puller.close()
    expect((await failure(puller.pull(`${registry.host}/t/app:1`))).code).toBe('PULLER_CLOSED')
    expect(await namesIn(root)).toEqual([])
  })

  it('is closed when its pulls have ended and hold nothing any more, whoever owns the parts', async () => {
    const { registry, root, client } = await scene()
    await registry.seed(image('t/app:1').layer({ a: '1' }))
    registry.addFault({ on: 'manifest', then: 'stall' })
    const store = await openStore({ root })
    const transfers = createTransfers()
    onTestFinished(async () => {
      await transfers.close()
      await store.close()
    })
    const puller = await createPuller({ store, client, transfers })
    const pull = failure(puller.pull(`${registry.host}/t/app:1`))
    await vi.waitUntil(() => registry.journal.requests({ kind: 'manifest' }).length > 0)
    await puller.close()
    expect(await readdir(join(root, 'lading', 'leases'))).toEqual([])
    expect((await pull).code).toBe('PULLER_CLOSED')
  })

  it('keeps two images that share a config apart', async () => {
    const { registry, pull, names } = await scene()
    await registry.seed(app)
    await registry.seed(app.mediaTypes('docker'), { tags: ['docker'] })
    await registry.seed(index('t/app:list').add(app).mediaTypes('docker'))
    for (const tag of ['1', 'docker', 'list']) await pull(`t/app:${tag}`)
    expect((await names()).filter((name) => !name.includes('@'))).toHaveLength(3)
  })
})
