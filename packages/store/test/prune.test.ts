import { utimesSync } from 'node:fs'
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '@lading/digest'
import { faultyFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import { chainIdOf, digestOf } from '@lading/digest/hash'
import { familiarString, matches, parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FileStore } from '../src/index.ts'
import { consult } from './oracle.ts'
import { image, index, linux, type TestImage } from './support/image.ts'
import { fetch, publish, pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

let root: TestRoot
let store: FileStore

beforeEach(async () => {
  root = await testRoot()
  store = await root.open()
})
afterEach(() => root.end())

const app = image(['base', 'app'])
const next = image(['base', 'next'])
const arm = image(['arm'], { platform: linux('arm64') })
const hour = 3_600_000

const blobsOf = ({ config, layers }: TestImage): number =>
  [config, ...layers].reduce((sum, { descriptor }) => sum + descriptor.size, 0)
const filesBelow = (name: string): Promise<string[]> => readdir(join(root.path, 'lading', name)).catch(() => [])
const isTag = (name: string): boolean => !name.includes('@')
const tags = (): string[] => Object.keys(consult(root.path).names).filter(isTag).toSorted()

/** As if everything that is here had come so long ago. */
function age(ms: number, digests: readonly string[] = consult(root.path).blobs): void {
  const time = new Date(Date.now() - ms)
  for (const digest of digests) utimesSync(join(root.path, 'blobs', digest.replace(':', '/')), time, time)
}

function expectWhole(): void {
  const { violations, blobs, reached } = consult(root.path)
  expect(violations).toEqual([])
  expect(blobs).toEqual(reached)
}

describe('prune', () => {
  it('leaves what a pull takes hold of while it removes', async () => {
    const orphans: Digest[] = []
    for (let number = 0; number < 40; number++) {
      const bytes = new TextEncoder().encode(`orphan ${number}`)
      orphans.push(digestOf(bytes))
      await store.contents.put(digestOf(bytes), bytes)
    }
    const lease = await store.lease()
    let held = false
    const pruning = await root.open({
      fs: faultyFileSystem(unsyncedFileSystem(), [], {
        async before({ operation, path }) {
          if (operation !== 'rename' || !path.includes('.fence') || held) return
          held = true
          await lease.hold(orphans)
        },
      }),
    })
    await pruning.prune({ minAgeMs: 0 })
    // Between two looks a few go, and a pull fetches them anew.
    expect(consult(root.path).blobs).toHaveLength(24)
    await lease.release()
    await pruning.prune({ minAgeMs: 0 })
    expect(consult(root.path).blobs).toEqual([])
  })

  it('leaves what others hold by a document that we do not know, or that is damaged', async () => {
    const put = async (text: string, mediaType: string): Promise<object> => {
      const bytes = new TextEncoder().encode(text)
      await store.contents.put(digestOf(bytes), bytes)
      return { mediaType, digest: digestOf(bytes), size: bytes.length }
    }
    const held = await put('held', 'text/plain')
    const deeper = await put(JSON.stringify({ blobs: [held] }), 'application/vnd.oci.artifact.manifest.v1+json')
    const entry = await put(JSON.stringify({ of: [deeper] }), 'application/vnd.example+json')
    await put('an orphan', 'text/plain')
    await writeFile(join(root.path, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
    age(hour)
    // What prune frees is what usage says, and nothing else.
    expect(await store.usage()).toMatchObject({ named: { files: 3 }, unnamed: { files: 1 } })
    expect(await store.prune()).toMatchObject({ content: { files: 1 } })
    await put('an orphan', 'text/plain')
    await writeFile(
      join(root.path, 'index.json'),
      JSON.stringify({
        schemaVersion: 2,
        manifests: [{ ...entry, mediaType: 'application/vnd.oci.image.index.v1+json' }],
      }),
    )
    const path = store.contents.path((entry as { digest: Digest }).digest)
    await chmod(path, 0o600)
    await writeFile(path, 'x'.repeat((entry as { size: number }).size))
    age(hour)
    expect(await store.prune()).toMatchObject({ content: { files: 0 } })
  })

  it('frees what is in the place of a blob and is no file, where no name needs it', async () => {
    await pull(store, 'app:1', app)
    const place = (digit: string): string => join(root.path, 'blobs', 'sha256', digit.repeat(64))
    await symlink(root.path, place('1'))
    await mkdir(join(place('2'), 'below'), { recursive: true })
    await mkdir(join(root.path, 'blobs', 'sha256', 'somebody else'))
    expect(await store.prune({ dryRun: true })).toMatchObject({ content: { files: 2, bytes: 0 } })
    expect(await store.prune()).toMatchObject({ content: { files: 2, bytes: 0 } })
    const places = (await readdir(join(root.path, 'blobs', 'sha256'))).filter((name) => !/^[0-9a-f]{64}$/.test(name))
    expect(places).toEqual(['somebody else'])
    expect(await store.prune({ dryRun: true })).toMatchObject({ content: { files: 0 } })
    expect(tags()).toEqual(['docker.io/library/app:1'])
  })

  it('frees what a pull left that ended before its name, and says how much', async () => {
    await pull(store, 'app:1', app)
    await fetch(store, arm)
    age(hour)
    const size = blobsOf(arm)
    expect(await store.prune()).toEqual({
      untagged: [],
      deleted: [],
      content: { files: 2, bytes: size },
      leftovers: {
        trash: { files: 0, bytes: 0 },
        quarantine: { files: 0, bytes: 0 },
        downloads: { files: 0, bytes: 0 },
        temporary: { files: 0, bytes: 0 },
      },
      freed: size,
    })
    expectWhole()
    expect(tags()).toEqual(['docker.io/library/app:1'])
    expect(await store.prune()).toMatchObject({ freed: 0 })
  })

  it('leaves what is young, or what the caller calls young', async () => {
    await fetch(store, arm)
    expect(await store.prune()).toMatchObject({ freed: 0 })
    age(hour)
    expect(await store.prune({ minAgeMs: 2 * hour })).toMatchObject({ freed: 0 })
    expect(consult(root.path).blobs).toHaveLength(2)
    await fetch(store, app)
    expect(await store.prune({ minAgeMs: 0 })).toMatchObject({ freed: blobsOf(arm) + blobsOf(app) })
    expect(consult(root.path).blobs).toEqual([])
  })

  it('leaves what a running pull holds, however old', async () => {
    await fetch(store, arm)
    age(1_000 * hour)
    const lease = await store.lease()
    await lease.hold([arm.id])
    await store.prune()
    expect(consult(root.path).blobs).toEqual([arm.id])
    await lease.release()
    await store.prune()
    expect(consult(root.path).blobs).toEqual([])
  })

  it('removes names without a tag and use, and those of no other kind', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'app:1', next)
    await pull(store, `quay.io/arm@${arm.manifest.descriptor.digest}`, arm)
    await pull(store, 'kept:1', arm)
    const { untagged, deleted } = await store.prune()
    expect(untagged.toSorted()).toEqual([
      `app@${app.manifest.descriptor.digest}`,
      `quay.io/arm@${arm.manifest.descriptor.digest}`,
    ])
    // The base layer is another image's, too.
    expect(deleted).toEqual([app.id, chainIdOf(app.diffIds)])
    expect(tags()).toEqual(['docker.io/library/app:1', 'docker.io/library/kept:1'])
    expectWhole()
  })

  it('keeps what refers to an image that stays, and what refers to that, until the image goes', async () => {
    const platforms = index([[app], [arm]])
    const signature = image(['signature'], { subject: arm.manifest.descriptor })
    const signed = image(['signature of a signature'], { subject: signature.manifest.descriptor })
    const stray = image(['of nobody'], { subject: next.manifest.descriptor })
    await pull(store, 'app:1', platforms, [app, arm])
    for (const each of [signed, signature, stray]) await pull(store, `app@${each.manifest.descriptor.digest}`, each)

    expect((await store.prune()).untagged).toEqual([`app@${stray.manifest.descriptor.digest}`])
    expectWhole()
    const { untagged } = await store.prune({ select: () => Promise.resolve(true) })
    expect(untagged).toHaveLength(4)
    expect(consult(root.path).blobs).toEqual([])
  })

  it('removes chosen names with what only they need', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'other/app:1', next)
    const pruned = await store.prune({ select: ({ reference }) => matches(reference, 'other/*') })
    // As when it is removed by hand: the digest goes with the last tag of its repository.
    expect(pruned.untagged).toEqual(['other/app:1', `other/app@${next.manifest.descriptor.digest}`])
    expect(pruned.deleted[0]).toBe(next.id)
    expect(tags()).toEqual(['docker.io/library/app:1'])
    expectWhole()
  })

  it('tells whoever chooses when an image was made', async () => {
    await pull(store, 'app:1', app)
    const seen: (string | undefined)[] = []
    await store.prune({
      async select(name) {
        seen.push(familiarString(name.reference), await name.created())
        return false
      },
    })
    expect(seen).toEqual(['app:1', '2026-11-24T00:00:00Z'])
    await store.contents.remove(app.id)
    await store.prune({
      async select(name) {
        seen.push(await name.created())
        return false
      },
    })
    expect(seen.at(-1)).toBeUndefined()
  })

  it('removes the oldest pulled names until the rest fits', async () => {
    const images = ['a', 'b', 'c', 'd'].map((name) => image([name]))
    for (const [at, one] of images.entries()) {
      await pull(store, `${'abcd'[at]}:1`, one)
      age((10 - at) * hour, [one.manifest.descriptor.digest])
    }
    await store.tag('a:1', parseReference('a:2'))
    const sizes = images.map((one) => blobsOf(one) + one.manifest.descriptor.size)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    expect((await store.prune({ maxSize: total })).untagged).toEqual([])
    // One byte too many costs the oldest, with all of its names.
    expect((await store.prune({ maxSize: total - 1 })).untagged.filter(isTag)).toEqual(['a:1', 'a:2'])
    const { untagged } = await store.prune({ maxSize: 1, select: ({ reference }) => matches(reference, 'c') })
    expect(untagged.filter(isTag)).toEqual(['c:1'])
    expect(tags()).toEqual(['docker.io/library/b:1', 'docker.io/library/d:1'])
    expectWhole()
  })

  it('counts content that several images share once, and gives up only what that frees', async () => {
    const alike = Array.from({ length: 3 }, (_, at) => image(['a large base layer that all have', String(at)]))
    for (const [at, one] of alike.entries()) {
      await pull(store, `app:${at}`, one)
      age((10 - at) * hour, [one.manifest.descriptor.digest])
    }
    const { named } = await store.usage()
    const own = (one: TestImage | undefined): number =>
      one === undefined ? 0 : blobsOf(one) + one.manifest.descriptor.size - (one.layers[0]?.descriptor.size ?? 0)
    await store.prune({ maxSize: named.bytes - own(alike[0]) })
    expect(tags()).toEqual(['docker.io/library/app:1', 'docker.io/library/app:2'])
    expectWhole()
  })

  it('changes nothing in a dry run, and says the same', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'app:1', next)
    await fetch(store, arm)
    age(hour)
    await mkdir(join(root.path, 'lading', 'quarantine'), { recursive: true })
    await writeFile(join(root.path, 'lading', 'quarantine', 'damaged'), '12345')
    const before = await readdir(root.path, { recursive: true })
    const told = await store.prune({ dryRun: true })
    expect(told.leftovers.quarantine).toEqual({ files: 1, bytes: 5 })
    expect(told.untagged).toHaveLength(1)
    expect(await readdir(root.path, { recursive: true })).toEqual(before)
    expect(await store.prune()).toEqual(told)
    expect(await filesBelow('quarantine')).toEqual([])
    expect(await filesBelow('trash')).toEqual([])
    expectWhole()
  })

  it('counts what a removal that was killed had taken away, before it is freed', async () => {
    const fence = join(root.path, 'lading', 'lock.0123456789abcdef.fence')
    await pull(store, 'app:1', app)
    await mkdir(join(fence, 'of one before'), { recursive: true })
    await writeFile(join(fence, 'a layer'), '12345')
    await writeFile(join(fence, 'of one before', 'another'), '123')
    const killed = { leftovers: { trash: { files: 2, bytes: 8 } } }
    expect(await store.usage()).toMatchObject(killed)
    const told = await store.prune({ dryRun: true })
    expect(told).toMatchObject({ ...killed, freed: 8 })
    expect(await store.prune()).toEqual(told)
    expect(await store.usage()).toMatchObject({ leftovers: { trash: { files: 0 } } })
    expect(await readdir(join(root.path, 'lading'))).not.toContain('lock.0123456789abcdef.fence')
  })

  it('makes no store in a dry run', async () => {
    expect(await store.prune({ dryRun: true })).toMatchObject({ freed: 0 })
    expect(await readdir(root.path).catch(() => 'nothing')).toBe('nothing')
  })

  it('keeps what the entries of others reach', async () => {
    await pull(store, 'app:1', app)
    age(hour)
    const path = join(root.path, 'index.json')
    const { mediaType, digest, size } = app.manifest.descriptor
    const entry = { mediaType, digest, size, annotations: { 'org.example.name': 'theirs' } }
    await writeFile(path, JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
    expect(await store.prune()).toMatchObject({ freed: 0 })
    expect(await store.usage()).toMatchObject({ unnamed: { files: 0, bytes: 0 } })
  })

  it('collects nothing when a name leads to what nobody knows, and still empties the trash', async () => {
    await pull(store, 'app:1', app)
    await fetch(store, arm)
    age(hour)
    await store.contents.remove(app.manifest.descriptor.digest)
    for await (const { config } of imagesOf()) await removeRecord(config)
    const pruned = await store.prune()
    expect(pruned.uncollected).toMatchObject({ code: 'IMAGE_INCOMPLETE' })
    expect(pruned.content).toEqual({ files: 0, bytes: 0 })
    expect(await filesBelow('trash')).toEqual([])
    expect(consult(root.path).blobs).toContain(arm.id)
  })
})

/** Image IDs of the records that are here. */
async function* imagesOf(): AsyncIterable<{ readonly config: string }> {
  for (const config of await filesBelow('images/sha256')) yield { config }
}
const removeRecord = (hex: string): Promise<void> => writeFile(join(root.path, 'lading/images/sha256', hex), '')

describe('usage', () => {
  it('says what each name takes, what it shares, and what is left over', async () => {
    await pull(store, 'app:1', app)
    await store.tag('app:1', parseReference('app:2'))
    await pull(store, 'next:1', next)
    await fetch(store, arm)
    const base = app.layers[0]?.descriptor.size ?? 0
    const { images, named, shared, unnamed, leftovers } = await store.usage()
    const sizeOf = (one: TestImage): number => blobsOf(one) + one.manifest.descriptor.size
    expect(images.map((one) => [one.name, one.tag, one.size, one.shared, one.unique])).toEqual([
      ['docker.io/library/app', '1', sizeOf(app), base, sizeOf(app) - base],
      ['docker.io/library/app', '2', sizeOf(app), base, sizeOf(app) - base],
      ['docker.io/library/next', '1', sizeOf(next), base, sizeOf(next) - base],
    ])
    expect(named).toEqual({ files: 7, bytes: sizeOf(app) + sizeOf(next) - base })
    expect(shared).toEqual({ files: 1, bytes: base })
    expect(unnamed).toEqual({ files: 2, bytes: blobsOf(arm) })
    expect(leftovers.trash).toEqual({ files: 0, bytes: 0 })
  })

  it('counts of an index what is here, and reads a store that is not there', async () => {
    const both = index([
      [app, linux('amd64')],
      [arm, linux('arm64')],
    ])
    expect(await store.usage()).toMatchObject({ images: [], named: { files: 0, bytes: 0 } })
    await fetch(store, app)
    await publish(store, 'both:1', both, [app])
    const size = both.index.descriptor.size + app.manifest.descriptor.size + blobsOf(app)
    expect((await store.usage()).images).toMatchObject([{ size, shared: 0, unique: size }])
    const reader = await root.open({ readOnly: true })
    expect((await reader.usage()).named.bytes).toBe(size)
  })
})
