import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FileStore } from '../src/index.ts'
import { documentOf, image, index, linux, type Content, type TestImage } from './support/image.ts'
import { pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

let root: TestRoot
let store: FileStore

beforeEach(async () => {
  root = await testRoot()
  store = await root.open()
})
afterEach(() => root.end())

const app = image(['base', 'app'])
const arm = image(['arm'], { platform: linux('arm64', 'v8') })
const both = index([
  [app, linux('amd64')],
  [arm, linux('arm64', 'v8')],
])
const sizeOf = ({ config, layers }: TestImage): number =>
  [config, ...layers].reduce((sum, { descriptor }) => sum + descriptor.size, 0)
const damage = async ({ descriptor }: Content): Promise<void> => {
  await chmod(store.contents.path(descriptor.digest), 0o600)
  await writeFile(store.contents.path(descriptor.digest), new Uint8Array(descriptor.size))
}
const listed = async (): Promise<string[]> =>
  (await store.images()).map(({ name, tag = '<none>', id }) => `${name}:${tag} ${id.slice(7, 19)}`)

describe('a root that does not exist', () => {
  it('reads as empty and is not made', async () => {
    expect(await store.images()).toEqual([])
    expect(await store.resolve(parseReference('app'))).toBeUndefined()
    expect(await store.present(app.manifest.descriptor)).toBe(false)
    expect(await store.manifest(app.manifest.descriptor)).toBeUndefined()
    await expect(store.inspect('app')).rejects.toMatchObject({ code: 'IMAGE_UNKNOWN' })
    await expect(readdir(root.path)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is not made by reading when it is opened for reading', async () => {
    const reader = await root.open({ readOnly: true })
    expect(await reader.images()).toEqual([])
    await expect(readdir(root.path)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('opening', () => {
  it('for reading refuses every writer', async () => {
    await pull(store, 'app:1', app)
    const reader = await root.open({ readOnly: true })
    expect(await reader.images()).toHaveLength(1)
    for (const write of [
      () => reader.lease(),
      () => reader.tag('app:1', parseReference('b')),
      () => reader.remove('app:1'),
      () =>
        reader.publish({ reference: parseReference('b'), target: app.manifest.descriptor, manifests: [app.manifest] }),
    ])
      await expect(write()).rejects.toMatchObject({ code: 'STORE_READ_ONLY' })
    expect(await store.images()).toHaveLength(1)
  })

  it.each([false, true])('refuses a store of a newer Lading (read-only: %s)', async (readOnly) => {
    await pull(store, 'app:1', app)
    await writeFile(join(root.path, 'lading', 'version'), '999\n')
    await expect(root.open({ readOnly })).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
  })

  it('takes up a root whose making was cut off', async () => {
    await mkdir(join(root.path, 'lading'), { recursive: true })
    expect(await (await root.open()).images()).toEqual([])
    await expect(pull(await root.open(), 'app:1', app)).resolves.toMatchObject({ outcome: 'published' })
  })

  it('refuses a layout that it does not know', async () => {
    await mkdir(root.path)
    await writeFile(join(root.path, 'oci-layout'), '{"imageLayoutVersion":"9.0.0"}')
    await expect(root.open()).rejects.toMatchObject({ code: 'ROOT_INVALID' })
  })
})

describe('listing', () => {
  it('gives every name with the facts of its image', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'localhost:5000/team/app:2', arm)
    expect(await store.images()).toEqual([
      {
        name: 'docker.io/library/app',
        tag: '1',
        target: app.manifest.descriptor,
        id: app.id,
        platform: linux('amd64'),
        created: '2026-11-24T00:00:00Z',
        size: sizeOf(app),
      },
      {
        name: 'localhost:5000/team/app',
        tag: '2',
        target: arm.manifest.descriptor,
        id: arm.id,
        platform: linux('arm64', 'v8'),
        created: '2026-11-24T00:00:00Z',
        size: sizeOf(arm),
      },
    ])
  })

  it('counts a layer once that is in an image twice', async () => {
    const twice = image(['same', 'same'])
    await pull(store, 'app:1', twice)
    expect(await store.images()).toMatchObject([
      { size: twice.config.bytes.length + (twice.layers[0]?.bytes.length ?? 0) },
    ])
  })

  it('shows the image that came by a name, and not one that another name brought', async () => {
    await pull(store, 'multi:1', both, [arm])
    await pull(store, 'app:1', app)
    expect(await listed()).toEqual([
      `docker.io/library/app:1 ${app.id.slice(7, 19)}`,
      `docker.io/library/multi:1 ${arm.id.slice(7, 19)}`,
    ])
    expect(await store.inspect('multi:1')).toMatchObject({ id: arm.id })
    expect(await store.inspect('multi:1', { platform: linux('amd64') })).toMatchObject({ id: app.id })
    await pull(store, 'multi:1', both, [app])
    expect(await store.inspect('multi:1')).toMatchObject({ id: app.id })
    // What is remembered of images may be lost.
    await rm(join(root.path, 'lading', 'images'), { recursive: true })
    expect(await store.inspect('multi:1')).toMatchObject({ id: app.id })
  })

  it('shows what a moved tag left behind, and no digest beside its tag', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'app:1', arm)
    await pull(store, `other@${app.manifest.descriptor.digest}`, app)
    expect(await listed()).toEqual([
      `docker.io/library/app:1 ${arm.id.slice(7, 19)}`,
      `docker.io/library/app:<none> ${app.id.slice(7, 19)}`,
      `docker.io/library/other:<none> ${app.id.slice(7, 19)}`,
    ])
  })

  it("of an index shows the platform that is here, this machine's first", async () => {
    await pull(store, 'app:1', both, [arm])
    expect(await store.images()).toMatchObject([
      { target: both.index.descriptor, id: arm.id, platform: linux('arm64', 'v8') },
    ])
    await pull(store, 'app:1', both, [app])
    expect(await store.images()).toMatchObject([{ id: app.id }])
    expect(await (await root.open({ platform: linux('arm64') })).images()).toMatchObject([{ id: arm.id }])
    expect(await (await root.open({ platform: linux('s390x') })).images()).toMatchObject([{ id: app.id }])
  })

  it.each([
    ['a layer is gone', 'IMAGE_INCOMPLETE', () => store.contents.remove(app.layers[0]?.descriptor.digest ?? app.id)],
    ['the manifest is gone', 'IMAGE_INCOMPLETE', () => store.contents.remove(app.manifest.descriptor.digest)],
    ['the config is gone', 'IMAGE_INCOMPLETE', () => store.contents.remove(app.id)],
    ['the manifest is damaged', 'IMAGE_DAMAGED', () => damage(app.manifest)],
    ['the config is damaged', 'IMAGE_DAMAGED', () => damage(app.config)],
  ])('leaves out and reports an image of which %s', async (_, code, harm) => {
    await pull(store, 'app:1', app)
    await pull(store, 'arm:1', arm)
    await harm()
    const reported: unknown[] = []
    expect(await store.images({ onDamaged: (damaged) => reported.push(damaged) })).toMatchObject([
      { name: 'docker.io/library/arm' },
    ])
    expect(reported).toMatchObject([
      { reference: 'docker.io/library/app:1', error: { code, facts: { digest: app.manifest.descriptor.digest } } },
    ])
    expect(await store.images()).toHaveLength(1)
  })

  it.each([
    ['a manifest', 'an index', () => app, 'application/vnd.oci.image.index.v1+json'],
    ['a manifest', 'nothing we know', () => app, 'application/vnd.acme.thing'],
    ['an index', 'a manifest', () => both, 'application/vnd.docker.distribution.manifest.v2+json'],
  ])('blames %s for nothing when its entry in index.json calls it %s', async (_, _called, target, mediaType) => {
    await pull(store, 'app:1', target(), [app])
    const path = join(root.path, 'index.json')
    const text = await readFile(path, 'utf8')
    const own = documentOf(target()).descriptor.mediaType
    await writeFile(path, text.replaceAll(`"mediaType":"${own}","digest"`, `"mediaType":"${mediaType}","digest"`))
    expect(await store.images({ onDamaged: ({ error }) => expect.unreachable(String(error)) })).toMatchObject([
      { id: app.id },
    ])
    expect(await store.inspect('app:1')).toMatchObject({ id: app.id })
    const { descriptor, bytes } = documentOf(target())
    expect(await store.present({ ...descriptor, mediaType })).toBe(true)
    expect(await store.manifest({ ...descriptor, mediaType })).toMatchObject({ bytes })
    // Publishing it again mends the entry.
    await pull(store, 'app:1', target(), [app])
    expect(await readFile(path, 'utf8')).toBe(text)
    expect((await store.remove('app:1')).deleted).toContain(app.id)
  })

  it('reports every damaged one to a listener that throws, and then throws what it threw', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'arm:1', arm)
    for (const { manifest } of [app, arm]) await store.contents.remove(manifest.descriptor.digest)
    const failure = new Error('mine')
    const reported: string[] = []
    const onDamaged = ({ reference }: { readonly reference: string }): void => {
      reported.push(reference)
      throw failure
    }
    await expect(store.images({ onDamaged })).rejects.toBe(failure)
    expect(reported).toEqual(['docker.io/library/app:1', 'docker.io/library/arm:1'])
  })

  it('survives the loss of all records', async () => {
    await pull(store, 'app:1', app)
    for (const records of ['images', 'layers', 'diff-ids'])
      await rm(join(root.path, 'lading', records), { recursive: true })
    expect(await listed()).toEqual([`docker.io/library/app:1 ${app.id.slice(7, 19)}`])
    expect(await store.inspect(app.id.slice(7, 12))).toMatchObject({ id: app.id })
  })

  it('stops at its signal', async () => {
    await pull(store, 'app:1', app)
    const reason = new Error('enough')
    await expect(store.images({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('inspecting', () => {
  const zstd = image(['base', 'app'], { encoding: 'zstd' })

  it('finds a name, a whole image ID with or without algorithm, and the start of one', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'app', arm)
    for (const term of [
      'app:1',
      'docker.io/library/app:1',
      `app@${app.manifest.descriptor.digest}`,
      app.id,
      app.id.slice(7),
      app.id.slice(0, 15),
      app.id.slice(7, 12),
    ]) {
      expect((await store.inspect(term)).id).toBe(app.id)
    }
    expect((await store.inspect('app')).id).toBe(arm.id)
  })

  it('gives config, layers with their diffIDs, and all names', async () => {
    await pull(store, 'app:1', app)
    await store.tag('app:1', parseReference('quay.io/team/app:stable'))
    await pull(store, 'twin:1', zstd)
    expect(await store.inspect('app:1')).toMatchObject({
      id: app.id,
      manifest: app.manifest.descriptor,
      configDescriptor: app.config.descriptor,
      config: { os: 'linux', config: { Cmd: ['sh'] } },
      layers: app.layers.map(({ descriptor }, at) => ({ ...descriptor, diffId: app.diffIds[at] })),
      tags: ['app:1', 'twin:1', 'quay.io/team/app:stable'],
      digests: [`app@${app.manifest.descriptor.digest}`, `twin@${zstd.manifest.descriptor.digest}`],
    })
  })

  it('prefers a name to the start of an ID, as docker does', async () => {
    await pull(store, 'app:1', app)
    await pull(store, app.id.slice(7, 11), arm)
    expect((await store.inspect(app.id.slice(7, 11))).id).toBe(arm.id)
  })

  it('takes the platform that is asked for', async () => {
    await pull(store, 'app:1', both, [app, arm])
    expect((await store.inspect('app:1')).id).toBe(app.id)
    expect(await store.inspect('app:1', { platform: linux('arm64') })).toMatchObject({
      id: arm.id,
      manifest: { digest: arm.manifest.descriptor.digest },
    })
    await expect(store.inspect('app:1', { platform: linux('s390x') })).rejects.toMatchObject({
      code: 'PLATFORM_ABSENT',
      facts: { actual: 'linux/amd64, linux/arm64/v8' },
    })
    expect((await store.inspect(arm.id.slice(7, 19))).id).toBe(arm.id)
  })

  it('says what it cannot know', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'arm:1', arm)
    for (const term of ['nothing', '', 'app:2', 'UPPER', 'sha256:', `sha256:${'0'.repeat(64)}`, '\u001b[2J']) {
      await expect(store.inspect(term)).rejects.toMatchObject({
        code: 'IMAGE_UNKNOWN',
        hint: expect.any(String) as string,
      })
    }
    await expect(store.inspect('\u001b[2J')).rejects.toThrow('No such image: \\x1b[2J')
  })

  it('refuses the start of two IDs', async () => {
    // Two images whose IDs start with the same digit are found among seventeen.
    const many = Array.from({ length: 17 }, (_, n) => image([`layer ${n}`]))
    for (const [n, one] of many.entries()) await pull(store, `many:${n}`, one)
    const digits = many.map(({ id }) => id.slice(7, 8))
    const twice = digits.find((digit, at) => digits.indexOf(digit) !== at) ?? ''
    await expect(store.inspect(twice)).rejects.toMatchObject({
      code: 'IMAGE_AMBIGUOUS',
      hint: expect.any(String) as string,
    })
  })

  it('by ID takes the copy that is whole', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'twin:1', zstd)
    await store.contents.remove(app.layers[0]?.descriptor.digest ?? app.id)
    expect(await store.inspect(app.id)).toMatchObject({
      name: 'docker.io/library/twin',
      manifest: zstd.manifest.descriptor,
    })
    await expect(store.inspect('app:1')).rejects.toMatchObject({ code: 'IMAGE_INCOMPLETE' })
  })
})
