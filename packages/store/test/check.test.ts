import { chmod, mkdir, readFile, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { layoutOf } from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import type { Digest } from '@lading/digest'
import { digestOf, nextChainId } from '@lading/digest/hash'
import type { Platform } from '@lading/manifest'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Checked, FileStore, Finding } from '../src/index.ts'
import { atScale } from '../../../test/support/scale.ts'
import { consult } from './oracle.ts'
import { content, documentOf, index, linux, type TestImage } from './support/image.ts'
import { testRoot, type TestRoot } from './support/root.ts'

const oci = 'application/vnd.oci.image'
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const insideOf = (text: string): Uint8Array => utf8(`tar of ${text}`)

/** An image whose layers really inflate to what its config says. */
function image(layers: readonly string[], platform: Platform = linux('amd64')): TestImage {
  const diffIds = layers.map((layer) => digestOf(insideOf(layer)))
  const blobs = layers.map((layer) => content(`${oci}.layer.v1.tar+gzip`, gzipSync(insideOf(layer))))
  const config = content(
    `${oci}.config.v1+json`,
    utf8(
      JSON.stringify({ ...platform, created: '2026-11-24T00:00:00Z', rootfs: { type: 'layers', diff_ids: diffIds } }),
    ),
  )
  const mediaType = `${oci}.manifest.v1+json`
  const document = {
    schemaVersion: 2,
    mediaType,
    config: config.descriptor,
    layers: blobs.map(({ descriptor }) => descriptor),
  }
  return {
    manifest: content(mediaType, utf8(JSON.stringify(document))),
    config,
    layers: blobs,
    diffIds,
    id: config.descriptor.digest,
  }
}

const app = image(['base', 'app'])
const arm = image(['arm'], linux('arm64'))
const both = index([
  [app, linux('amd64')],
  [arm, linux('arm64')],
])

let root: TestRoot
let store: FileStore

async function pull(name: string, target: TestImage | typeof both, images: readonly TestImage[]): Promise<void> {
  for (const { config, layers, diffIds } of images) {
    for (const { descriptor, bytes } of [config, ...layers]) await store.contents.put(descriptor.digest, bytes)
    let parent: Digest | undefined
    for (const [at, diffId] of diffIds.entries()) {
      const blob = layers[at]?.descriptor.digest ?? diffId
      const inside = await store.layers.uncompress({ digest: blob, size: layers[at]?.descriptor.size ?? 0 })
      await store.layers.register({ blob, diffId, size: inside.size, parent })
      parent = nextChainId(parent, diffId)
    }
  }
  const manifests = [...new Set([target, ...images])].map(documentOf)
  await store.publish({ reference: parseReference(name), target: documentOf(target).descriptor, manifests })
}

beforeEach(async () => {
  root = await testRoot()
  store = await root.open()
  await pull('app:1', app, [app])
  await pull('both:1', both, [app, arm])
})
afterEach(() => root.end())

const layout = (): ReturnType<typeof layoutOf> => layoutOf(root.path)
const recordPath = (kind: 'diffIds' | 'layers' | 'images', digest: Digest): string =>
  join(layout()[kind], digest.replace(':', '/'))
const layerOf = (of: TestImage, at = 0): Digest => of.layers[at]?.descriptor.digest ?? of.id

async function rewrite(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8')
  expect(change(text)).not.toBe(text)
  await chmod(path, 0o600)
  await writeFile(path, change(text))
}
async function flip(path: string, at = 0.5): Promise<void> {
  const bytes = await readFile(path)
  const byte = Math.floor((bytes.length - 1) * at)
  bytes[byte] = (bytes[byte] ?? 0) ^ 1
  await chmod(path, 0o600)
  await writeFile(path, bytes)
}
/** As a record was before it had a sum: what is wrong in it looks right. */
const unsealed = (text: string): string => text.replace(/,"sum":"[0-9a-f]+"/, '')

const kindsOf = ({ findings }: Checked): readonly string[] => findings.map(({ kind }) => kind)
const only = (checked: Checked): Finding => {
  expect(kindsOf(checked)).toHaveLength(1)
  return checked.findings[0] as Finding
}

it('finds nothing in a store that is whole, says what it read, and changes nothing', async () => {
  const fs = faultyFileSystem(unsyncedFileSystem())
  const told: Finding[] = []
  const checked = await (await root.open({ fs, readOnly: true })).check({ onFinding: (finding) => told.push(finding) })
  expect(checked).toMatchObject({ findings: [], names: 4, blobs: 8, records: 8 })
  expect(checked.bytes).toBe(
    (
      await Promise.all(
        consult(root.path).blobs.map(async (digest) => (await stat(store.contents.path(digest as Digest))).size),
      )
    ).reduce((sum, size) => sum + size, 0),
  )
  expect(told).toEqual([])
  expect(fs.calls.filter(({ operation }) => /write|rename|unlink|mkdir|chmod|removeTree/.test(operation))).toEqual([])
})

it('of a root that is not there finds nothing', async () => {
  const empty = await testRoot()
  expect(await (await empty.open()).check()).toEqual({ findings: [], names: 0, blobs: 0, bytes: 0, records: 0 })
  await empty.end()
})

describe('a blob', () => {
  it.each([
    ['a manifest', () => app.manifest.descriptor.digest],
    ['an index', () => both.index.descriptor.digest],
    ['a config', () => app.id],
    ['a layer', () => layerOf(app, 1)],
    ['a layer that one image has', () => layerOf(arm)],
  ])('with one other bit is damaged, says who needs it, and stays: %s', async (_, digestOfPart) => {
    const digest = digestOfPart()
    await flip(store.contents.path(digest))
    for (const repair of [false, true]) {
      const { findings } = await store.check({ repair })
      const damages = findings.flatMap((finding) => (finding.kind === 'blob-damaged' ? [finding] : []))
      expect(damages).toMatchObject([{ digest, repaired: false, error: { code: 'CONTENT_DAMAGED' } }])
      expect(damages[0]?.names).toContain('docker.io/library/both:1')
      expect(damages[0]?.pulls.length).toBeGreaterThan(0)
      expect(findings.filter(({ kind }) => kind !== 'blob-damaged' && kind !== 'name-broken')).toEqual([])
    }
    expect(await store.contents.stat(digest)).toBeDefined()
  })

  it('that cannot be read is not accused', async () => {
    const path = new RegExp(`${layerOf(arm).slice(7)}$`)
    const fs = faultyFileSystem(unsyncedFileSystem(), [
      { operation: 'read', path, nth: 1, errno: 'EIO', forGood: true },
    ])
    await store.layers.forget(layerOf(arm))
    expect(only(await (await root.open({ fs })).check())).toMatchObject({
      kind: 'blob-unreadable',
      digest: layerOf(arm),
      pulls: [{ reference: `docker.io/library/both@${both.index.descriptor.digest}`, platform: linux('arm64') }],
    })
  })

  it('that is a link, or another size, is damaged', async () => {
    await rm(store.contents.path(layerOf(arm)))
    await symlink('elsewhere', store.contents.path(layerOf(arm)))
    await chmod(store.contents.path(app.id), 0o600)
    await truncate(store.contents.path(app.id), 3)
    const { findings } = await store.check()
    const damaged = findings.flatMap((finding) => (finding.kind === 'blob-damaged' ? [finding.digest] : []))
    expect(damaged.toSorted()).toEqual([layerOf(arm), app.id].toSorted())
  })
})

describe('a name', () => {
  it('of which something is gone is broken, and says what to pull', async () => {
    await store.contents.remove(layerOf(app, 1))
    const checked = await store.check()
    expect(checked.findings).toMatchObject(
      ['app:1', `app@${app.manifest.descriptor.digest}`].map((name) => ({
        kind: 'name-broken',
        name: `docker.io/library/${name}`,
        target: app.manifest.descriptor.digest,
        missing: [layerOf(app, 1)],
        pulls: [{ reference: `docker.io/library/app@${app.manifest.descriptor.digest}` }],
      })),
    )
  })

  it('of an index is whole as long as one of its images is', async () => {
    await store.contents.remove(arm.manifest.descriptor.digest)
    await store.layers.forget(layerOf(arm))
    expect(kindsOf(await store.check())).toEqual([])
    await store.contents.remove(layerOf(app))
    expect(kindsOf(await store.check())).toEqual(['name-broken', 'name-broken', 'name-broken', 'name-broken'])
  })
})

describe('a record', () => {
  const changes: readonly (readonly [string, string, () => string, (text: string) => string])[] = [
    [
      'diff-ids',
      'with a digit that the disk changed',
      () => recordPath('diffIds', layerOf(app)),
      (text) => text.replace(/"size":\d/, '"size":0'),
    ],
    [
      'diff-ids',
      'of another size',
      () => recordPath('diffIds', layerOf(app)),
      (text) => unsealed(text).replace(/"size":\d+/, '"size":7'),
    ],
    [
      'diff-ids',
      'of another layer',
      () => recordPath('diffIds', layerOf(app)),
      (text) => unsealed(text).replaceAll(app.diffIds[0] ?? '', arm.diffIds[0] ?? ''),
    ],
    [
      'layers',
      'of another size',
      () => recordPath('layers', app.diffIds[0] ?? app.id),
      (text) => unsealed(text).replace(/"size":\d+/, '"size":7'),
    ],
    ['images', 'of another time', () => recordPath('images', app.id), (text) => unsealed(text).replace('2026', '2025')],
    [
      'images',
      'with another layer',
      () => recordPath('images', app.id),
      (text) => unsealed(text).replaceAll(app.diffIds[0] ?? '', arm.diffIds[0] ?? ''),
    ],
    [
      'images',
      'of another manifest',
      () => recordPath('images', app.id),
      (text) => unsealed(text).replace(app.manifest.descriptor.digest, arm.manifest.descriptor.digest),
    ],
    ['images', 'that is garbage', () => recordPath('images', app.id), () => 'garbage'],
  ]

  it.each(changes)('of %s %s is found, and written anew by a repair', async (record, _, path, change) => {
    const before = await readFile(path(), 'utf8')
    await rewrite(path(), change)
    const harmed = await readFile(path(), 'utf8')
    expect(only(await store.check())).toMatchObject({ kind: 'record-wrong', record, repaired: false })
    expect(await readFile(path(), 'utf8')).toBe(harmed)
    expect(only(await store.check({ repair: true }))).toMatchObject({ kind: 'record-wrong', record, repaired: true })
    expect((await store.check()).findings).toEqual([])
    // What cannot be read at all is forgotten, and remembered by the next pull.
    const after = await readFile(path(), 'utf8').catch(() => undefined)
    expect([before, undefined]).toContain(after)
  })

  it('of a layer whose parent is gone goes, with all that are above it', async () => {
    await store.layers.remove(app.diffIds[0] ?? app.id)
    expect(only(await store.check({ repair: true }))).toMatchObject({ kind: 'record-wrong', record: 'layers' })
    expect((await store.check()).findings).toEqual([])
  })
})

describe('a file of no known kind', () => {
  it.each([
    'notes',
    'blobs/notes',
    'blobs/sha256/notes',
    'lading/notes',
    'lading/images/sha256/notes',
    'lading/leases/notes',
  ])('is told, and never removed: %s', async (place) => {
    await mkdir(join(root.path, place, '..'), { recursive: true })
    await writeFile(join(root.path, place), 'mine')
    expect(only(await store.check({ repair: true }))).toEqual({
      kind: 'file-unknown',
      path: join(root.path, place),
      repaired: false,
    })
    expect(await readFile(join(root.path, place), 'utf8')).toBe('mine')
  })

  it('is none that a running or a killed process leaves', async () => {
    for (const place of [
      'index.json.0123456789abcdef.tmp',
      'lading/lock',
      'lading/lock.0123456789abcdef.tmp',
      'lading/leases/0123456789abcdef',
      'lading/staging/x',
      'lading/trash/x',
      'lading/quarantine/x',
      'lading/ingest/x',
    ]) {
      await mkdir(join(root.path, place, '..'), { recursive: true })
      await writeFile(join(root.path, place), '')
    }
    expect((await store.check()).findings).toEqual([])
  })
})

it('accuses no record whose content another process has just removed, and that itself goes next', async () => {
  const alone = image(['alone', 'and alone'])
  await pull('alone:1', alone, [alone])
  const held = faultyFileSystem(unsyncedFileSystem(), [
    // The config is the first that is called so, and the image's record the second.
    {
      operation: 'rename',
      path: new RegExp(`\\.fence/${alone.id.slice('sha256:'.length)}\\.`),
      nth: 2,
      errno: 'EIO',
      forGood: true,
    },
  ])
  const other = await root.open({ fs: held })
  let removed: Promise<unknown> | undefined
  const fs = faultyFileSystem(unsyncedFileSystem(), [], {
    async before({ path }) {
      if (/\/images\/sha256\/./.test(path)) await (removed ??= other.remove('alone:1'))
    },
  })
  expect((await (await root.open({ fs })).check()).findings).toEqual([])
  expect(await removed).toMatchObject({ uncollected: { code: 'IO_ERROR' } })
})

it('accuses nothing that another process removes while it looks', async () => {
  const alone = image(['alone', 'and alone'])
  await pull('alone:1', alone, [alone])
  const calls = faultyFileSystem(unsyncedFileSystem())
  await (await root.open({ fs: calls })).check()
  // The removal comes before every so manieth call.
  for (let nth = 2; nth < calls.calls.length; nth += atScale(29, 1)) {
    const other = await root.open()
    let count = 0
    const fs = faultyFileSystem(unsyncedFileSystem(), [], {
      async before() {
        if (++count === nth) await other.remove('alone:1')
      },
    })
    expect((await (await root.open({ fs })).check()).findings, `removed before call ${nth}`).toEqual([])
    await pull('alone:1', alone, [alone])
  }
}, 900_000)

describe('an index.json that is empty', () => {
  it('is told; a repair restores what is whole and says what is not', async () => {
    await pull('arm:1', arm, [arm])
    await store.contents.remove(layerOf(arm))
    await truncate(layout().index, 0)
    expect(only(await store.check())).toMatchObject({ kind: 'names-lost', path: layout().index, repaired: false })
    const arms = ['arm:1', `arm@${arm.manifest.descriptor.digest}`].map((name) => `docker.io/library/${name}`)
    expect(only(await store.check({ repair: true }))).toMatchObject({
      kind: 'names-lost',
      repaired: true,
      restored: [
        `app:1`,
        `app@${app.manifest.descriptor.digest}`,
        'both:1',
        `both@${both.index.descriptor.digest}`,
      ].map((name) => `docker.io/library/${name}`),
      dropped: arms,
    })
    expect(consult(root.path).violations).toEqual([])
    expect((await store.check()).findings).toEqual([])
  })

  it('stays so without a good copy', async () => {
    await truncate(layout().index, 0)
    await rm(layout().indexCopies.directory, { recursive: true })
    expect(only(await store.check({ repair: true }))).toMatchObject({ kind: 'names-lost', repaired: false })
    expect((await stat(layout().index)).size).toBe(0)
  })
})

it('finds every bit that a disk has changed, in whatever file', async () => {
  const files = (await readdir(root.path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /blobs|images|layers|diff-ids/.test(path))
  expect(files.length).toBeGreaterThan(14)
  for (const [at, path] of files.entries()) {
    const good = await readFile(path)
    await flip(path, ((at * 7) % 10) / 10)
    expect((await store.check()).findings.length, path).toBeGreaterThan(0)
    await writeFile(path, good)
  }
  expect((await store.check()).findings).toEqual([])
})

describe('an entry of index.json that a disk has changed', () => {
  const path = (): string => join(root.path, 'index.json')
  /** With one letter of this, wherever it stands, made another. */
  const spoil = async (part: string, most = Infinity): Promise<void> => {
    const text = await readFile(path(), 'utf8')
    const other = `${part.slice(0, -1)}${part.endsWith('0') ? '1' : '0'}`
    let times = 0
    await writeFile(
      path(),
      text.replaceAll(part, () => (++times > most ? part : other)),
    )
  }

  it.each([
    ['each digest', 2, () => spoil(`"digest":"${app.manifest.descriptor.digest}`)],
    ['one of several', 1, () => spoil(`"digest":"${app.manifest.descriptor.digest}`, 1)],
    ['the one in a name', 1, () => spoil(`app@${app.manifest.descriptor.digest}`)],
  ])('is told, and mended by --repair from a copy: %s', async (_, count, harm) => {
    await pull('arm:1', arm, [arm])
    await pull('app:1', app, [app])
    const before = await store.resolve(parseReference('app:1'))
    const names = consult(root.path).names
    await harm()
    const { findings } = await store.check({ repair: true })
    expect(
      findings.filter(({ kind, repaired }) => (kind === 'name-broken' || kind === 'name-changed') && repaired),
    ).toHaveLength(count)
    expect(await store.resolve(parseReference('app:1'))).toEqual(before)
    expect(await store.resolve(parseReference(`app@${before?.digest}`))).toEqual(before)
    expect(consult(root.path)).toMatchObject({ violations: [], names })
    expect((await store.check({ repair: true })).findings).toEqual([])
  })

  it('is found and mended, whatever bit it is', async () => {
    await pull('app:1', app, [app])
    // Such a name is in an entry once, and most are twice.
    await pull('quay.io/under__scores:1', arm, [arm])
    const { names } = consult(root.path)
    const good = await readFile(path())
    // Another version may be one to come. Nothing goes by the media type at the head, and what it is called.
    const start = good.indexOf('"manifests"')
    const missed: string[] = []
    const stayed: string[] = []
    for (let at = start, bit = 0; at < good.length; at += atScale(61, 11), bit = (bit + 1) % 8) {
      const changed = Buffer.from(good)
      changed[at] = (changed[at] ?? 0) ^ (1 << bit)
      await writeFile(path(), changed)
      const where = changed.subarray(Math.max(at - 20, 0), at + 20).toString('latin1')
      if ((await store.check()).findings.length === 0) missed.push(where)
      const { findings } = await store.check({ repair: true })
      const { violations, names: after } = consult(root.path)
      const isMended = findings.every(({ repaired }) => repaired) && violations.length === 0
      if (!isMended || JSON.stringify(after) !== JSON.stringify(names)) stayed.push(where)
      await writeFile(path(), good)
      for (const copy of ['latest', 'previous'] as const) await writeFile(layoutOf(root.path).indexCopies[copy], good)
    }
    expect({ missed, stayed }).toEqual({ missed: [], stayed: [] })
  })

  it('is none that somebody changed who may', async () => {
    await pull('under__scores:1', app, [app])
    await store.tag('under__scores:1', parseReference('under__scores:0'))
    await store.remove('under__scores:1')
    expect((await store.check()).findings).toEqual([])
    // By another program, where no copy has it.
    const text = await readFile(path(), 'utf8')
    await writeFile(path(), text.replaceAll('under__scores', 'other__scores'))
    expect((await store.check({ repair: true })).findings).toEqual([])
    expect(Object.keys(consult(root.path).names).join()).toContain('other__scores')
  })

  it('is left as it is where the copy leads to nothing either, or elsewhere', async () => {
    await pull('app:1', app, [app])
    await pull('arm:1', arm, [arm])
    await store.contents.remove(app.manifest.descriptor.digest)
    await spoil(`"digest":"${app.manifest.descriptor.digest}`)
    const text = await readFile(path(), 'utf8')
    await store.check({ repair: true })
    expect(await readFile(path(), 'utf8')).toBe(text)
  })
})
