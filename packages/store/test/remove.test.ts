import { chmod, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faultyFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import { chainIdOf } from '@lading/digest/hash'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FileStore } from '../src/index.ts'
import { consult } from './oracle.ts'
import {
  content,
  image,
  index,
  linux,
  documentOf,
  type Content,
  type TestImage,
  type TestIndex,
} from './support/image.ts'
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
const both = index([
  [app, linux('amd64')],
  [arm, linux('arm64')],
])

const digestOf = (target: TestImage | TestIndex): string => documentOf(target).descriptor.digest
/** docker's `Deleted:` lines for a whole image: its ID, then its chainIDs, top first. */
const linesOf = ({ id, diffIds }: TestImage): unknown[] => [
  id,
  ...diffIds.map((_, at) => chainIdOf(diffIds.slice(0, at + 1))).toReversed(),
]
const recordsIn = async (kind: string): Promise<string[]> =>
  (await readdir(join(root.path, 'lading', kind, 'sha256'))).filter((name) => !name.endsWith('.tmp'))
const expectEmpty = async (): Promise<void> => {
  expect(consult(root.path)).toEqual({ violations: [], names: {}, blobs: [], reached: [] })
  for (const kind of ['images', 'layers', 'diff-ids']) expect(await recordsIn(kind)).toEqual([])
  expect(await readdir(join(root.path, 'lading', 'trash')).catch(() => [])).toEqual([])
}
const expectWhole = (...targets: (TestImage | TestIndex)[]): void => {
  const { violations, names, blobs, reached } = consult(root.path)
  expect(violations).toEqual([])
  expect([...new Set(Object.values(names))].toSorted()).toEqual(targets.map(digestOf).toSorted())
  expect(blobs).toEqual(reached)
}

describe('tagging', () => {
  it('gives another name, from a name or an ID', async () => {
    await pull(store, 'app:1', app)
    await store.tag('app:1', parseReference('other'))
    await store.tag(app.id.slice(7, 19), parseReference('quay.io/app:2'))
    for (const name of ['other:latest', 'quay.io/app:2'])
      expect((await store.resolve(parseReference(name)))?.digest).toBe(digestOf(app))
    expectWhole(app)
  })

  it.each([
    ['the manifest is gone', 'IMAGE_INCOMPLETE', () => store.contents.remove(app.manifest.descriptor.digest)],
    ['the config is gone', 'IMAGE_INCOMPLETE', () => store.contents.remove(app.id)],
    ['a layer is gone', 'IMAGE_INCOMPLETE', () => store.contents.remove(app.layers[0]?.descriptor.digest ?? app.id)],
    [
      'the manifest is damaged',
      'CONTENT_DAMAGED',
      async () => {
        const path = store.contents.path(app.manifest.descriptor.digest)
        await chmod(path, 0o600)
        await writeFile(path, 'x')
      },
    ],
  ])('gives no second name to an image of which %s', async (_, code, harm) => {
    await pull(store, 'app:1', app)
    await harm()
    for (const source of ['app:1', `app@${digestOf(app)}`])
      await expect(store.tag(source, parseReference('other:1'))).rejects.toMatchObject({
        code,
        hint: expect.stringContaining('pull') as string,
      })
    expect(await store.resolve(parseReference('other:1'))).toBeUndefined()
  })

  it('moves a tag, and nothing that it pointed to is lost', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'next:1', next)
    await store.tag('next:1', parseReference('app:1'))
    expect((await store.resolve(parseReference('app:1')))?.digest).toBe(digestOf(next))
    expect((await store.resolve(parseReference(`app@${digestOf(app)}`)))?.digest).toBe(digestOf(app))
    expectWhole(app, next)
  })

  it('moves a tag away from what is broken, and leaves no name for that', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'next:1', next)
    await store.tag('app:1', parseReference('mine:1'))
    await store.contents.remove(app.layers[1]?.descriptor.digest ?? app.id)
    await store.tag('next:1', parseReference('mine:1'))
    expect(await store.resolve(parseReference(`mine@${digestOf(app)}`))).toBeUndefined()
    expect((await store.resolve(parseReference('mine:1')))?.digest).toBe(digestOf(next))
  })

  it('moves a tag that was given here, and its old target stays under its digest', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'next:1', next)
    await store.tag('app:1', parseReference('mine'))
    await store.tag('next:1', parseReference('mine'))
    expect((await store.resolve(parseReference(`mine@${digestOf(app)}`)))?.digest).toBe(digestOf(app))
  })

  it.each([
    ['IMAGE_UNKNOWN', 'nothing', 'app:2'],
    ['REFERENCE_HAS_DIGEST', 'app:1', `app@sha256:${'0'.repeat(64)}`],
    ['REFERENCE_AMBIGUOUS', 'app:1', 'sha256:2'],
  ])('%s: from %s to %s', async (code, source, target) => {
    await pull(store, 'app:1', app)
    await expect(store.tag(source, parseReference(target))).rejects.toMatchObject({
      code,
      hint: expect.any(String) as string,
    })
    expect(Object.keys(consult(root.path).names)).toHaveLength(2)
  })
})

describe('removing a name', () => {
  it('removes the image with its last name, top layer first', async () => {
    await pull(store, 'app:1', app)
    expect(await store.remove('app:1')).toEqual({ untagged: ['app:1', `app@${digestOf(app)}`], deleted: linesOf(app) })
    await expectEmpty()
  })

  it('leaves what another name reaches', async () => {
    await pull(store, 'app:1', app)
    await store.tag('app:1', parseReference('app:2'))
    expect(await store.remove('app:1')).toEqual({ untagged: ['app:1'], deleted: [] })
    expectWhole(app)
    expect(await store.remove('app:2')).toEqual({ untagged: ['app:2', `app@${digestOf(app)}`], deleted: linesOf(app) })
    await expectEmpty()
  })

  it('leaves the layers that another image has', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'next:1', next)
    expect((await store.remove('app:1')).deleted).toEqual(linesOf(app).slice(0, 2))
    expectWhole(next)
    expect((await recordsIn('layers')).length).toBe(2)
    expect(await store.layers.get(chainIdOf(next.diffIds) ?? next.id)).toBeDefined()
  })

  it('by digest removes that name only', async () => {
    await pull(store, 'app:1', app)
    expect(await store.remove(`app@${digestOf(app)}`)).toEqual({ untagged: [`app@${digestOf(app)}`], deleted: [] })
    expect((await store.resolve(parseReference('app:1')))?.digest).toBe(digestOf(app))
  })

  it('leaves what the tag pointed to before', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'app:1', next)
    expect((await store.remove('app:1')).untagged).toEqual(['app:1', `app@${digestOf(next)}`])
    expectWhole(app)
    expect(await store.remove(`app@${digestOf(app)}`)).toEqual({
      untagged: [`app@${digestOf(app)}`],
      deleted: linesOf(app),
    })
    await expectEmpty()
  })

  it.each([
    ['zstd', image(['base', 'app'], { encoding: 'zstd' })],
    ['a Docker-typed manifest', image(['base', 'app'], { family: 'docker' })],
  ])('does not harm its twin: %s', async (_, twin) => {
    for (const [first, second] of [
      [app, twin],
      [twin, app],
    ] as const) {
      await pull(store, 'one:1', first)
      await pull(store, 'two:1', second)
      const { deleted } = await store.remove('one:1')
      expect(deleted).toEqual(first.id === second.id ? [] : [first.id])
      expectWhole(second)
      expect(await store.layers.get(chainIdOf(second.diffIds) ?? second.id)).toBeDefined()
      await store.remove('two:1')
      await expectEmpty()
    }
  })

  it('of an index removes every platform that no other name reaches', async () => {
    await pull(store, 'app:1', both, [app, arm])
    await pull(store, 'arm:1', arm)
    expect((await store.remove('app:1')).deleted).toEqual(linesOf(app))
    expectWhole(arm)
  })

  it('of a platform leaves it in its index', async () => {
    await pull(store, 'app:1', both, [app, arm])
    await pull(store, 'arm:1', arm)
    expect((await store.remove('arm:1')).deleted).toEqual([])
    expectWhole(both)
  })

  it('does not follow a subject, in neither direction', async () => {
    await pull(store, 'app:1', app)
    const signature = image(['signature'], { subject: app.manifest.descriptor })
    await pull(store, 'signature:1', signature)
    expect((await store.remove('app:1')).deleted).toEqual(linesOf(app))
    expectWhole(signature)
    await store.remove('signature:1')
    await expectEmpty()
  })
})

describe('removing an ID', () => {
  it('removes all names of one repository', async () => {
    await pull(store, 'app:1', app)
    await store.tag('app:1', parseReference('app:2'))
    expect(await store.remove(app.id.slice(7, 19))).toEqual({
      untagged: ['app:1', 'app:2', `app@${digestOf(app)}`],
      deleted: linesOf(app),
    })
    await expectEmpty()
  })

  it('needs force for several repositories', async () => {
    await pull(store, 'app:1', app)
    await store.tag('app:1', parseReference('quay.io/app:1'))
    await expect(store.remove(app.id)).rejects.toMatchObject({
      code: 'REFERENCE_CONFLICT',
      message: expect.stringContaining('image is referenced in multiple repositories') as string,
      hint: expect.stringContaining('--force') as string,
    })
    expectWhole(app)
    expect((await store.remove(app.id, { force: true })).untagged).toEqual([
      'app:1',
      `app@${digestOf(app)}`,
      'quay.io/app:1',
    ])
    await expectEmpty()
  })

  it('unknown is an error', async () => {
    await expect(store.remove('nothing')).rejects.toMatchObject({ code: 'IMAGE_UNKNOWN' })
  })
})

describe('what stays', () => {
  it('is what a running pull holds, and its layers', async () => {
    await pull(store, 'app:1', app)
    const lease = await store.lease()
    const [base] = app.layers
    await lease.hold([base?.descriptor.digest ?? app.id])
    expect((await store.remove('app:1')).deleted).toEqual(linesOf(app))
    expect(consult(root.path).blobs).toEqual([base?.descriptor.digest])
    expect(await recordsIn('layers')).toHaveLength(2)
    // The pull goes on where the removal found it.
    await lease.release()
    expect(await pull(store, 'app:1', app)).toEqual({ outcome: 'published' })
    expectWhole(app)
  })

  it('is tidied by a later removal, when a pull of something else was under way', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'arm:1', arm)
    const lease = await store.lease()
    await lease.hold([next.id])
    await store.remove('app:1')
    expect(await recordsIn('layers')).toHaveLength(3)
    await lease.release()
    await store.remove('arm:1')
    await expectEmpty()
  })

  it('is not decided by an entry of an index that calls something else a manifest', async () => {
    const [layer] = next.layers
    const other = index([[arm, linux('arm64')]])
    const lies = [other.index.descriptor, layer?.descriptor ?? arm.config.descriptor].map((descriptor) => ({
      ...descriptor,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      platform: linux('s390x'),
    }))
    const bytes = new TextEncoder().encode(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: both.index.descriptor.mediaType,
        manifests: [{ ...app.manifest.descriptor, platform: linux('amd64') }, ...lies],
      }),
    )
    const liar: TestIndex = { index: content(both.index.descriptor.mediaType, bytes), children: [] }
    await pull(store, 'liar:1', liar, [app])
    await pull(store, 'arm:1', other, [arm])
    await pull(store, 'next:1', next)
    const damaged: string[] = []
    expect(await store.images({ onDamaged: ({ reference }) => damaged.push(reference) })).toHaveLength(3)
    expect(damaged).toEqual([])
    expect(await store.remove('arm:1')).not.toHaveProperty('uncollected')
    expect(await store.contents.stat(arm.config.descriptor.digest)).toBeUndefined()
    expect(await store.present(liar.index.descriptor)).toBe(true)
  })

  it('is an image that an index calls by the type of the other family', async () => {
    const bytes = new TextEncoder().encode(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: both.index.descriptor.mediaType,
        manifests: [
          {
            ...arm.manifest.descriptor,
            mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
            platform: linux('arm64'),
          },
        ],
      }),
    )
    await pull(store, 'named:1', { index: content(both.index.descriptor.mediaType, bytes), children: [] }, [arm])
    await pull(store, 'arm:1', arm)
    await store.remove('arm:1')
    expect(await store.inspect('named:1')).toMatchObject({ id: arm.config.descriptor.digest })
    expect(consult(root.path).violations).toEqual([])
  })

  it('is what a pull that was cut off has fetched', async () => {
    await pull(store, 'app:1', app)
    await fetch(store, arm)
    await store.remove('app:1')
    expect(consult(root.path).blobs).toEqual(
      [arm.config, ...arm.layers].map(({ descriptor }) => descriptor.digest).toSorted(),
    )
    expect(await publish(store, 'arm:1', arm)).toEqual({ outcome: 'published' })
    expectWhole(arm)
  })

  const damageOf = async ({ descriptor }: Content): Promise<void> => {
    const path = store.contents.path(descriptor.digest)
    await chmod(path, 0o600)
    await writeFile(path, 'x')
  }
  const lossOf = async ({ descriptor }: Content): Promise<void> => {
    await store.contents.remove(descriptor.digest)
  }
  const losses: readonly (readonly [string, typeof lossOf])[] = [
    ['gone', lossOf],
    ['damaged', damageOf],
  ]

  it.each(losses)(
    'is everything while a manifest of which no record tells is %s, and what helps is said',
    async (_, lose) => {
      await pull(store, 'app:1', app)
      await pull(store, 'next:1', next)
      await lose(next.manifest)
      await rm(join(root.path, 'lading/images'), { recursive: true })
      expect(await store.remove('app:1')).toMatchObject({
        untagged: ['app:1', `app@${digestOf(app)}`],
        deleted: [],
        uncollected: { code: 'IMAGE_INCOMPLETE', hint: expect.stringContaining('lading rmi next') as string },
      })
      expect(await store.contents.stat(app.id)).toBeDefined()
      expect(await store.layers.get(chainIdOf(app.diffIds) ?? app.id)).toBeDefined()
    },
  )

  it.each(losses)('is what the record of an image tells whose manifest is %s', async (_, lose) => {
    await pull(store, 'app:1', app)
    await pull(store, 'next:1', next)
    await lose(next.manifest)
    expect(await store.remove('app:1')).not.toHaveProperty('uncollected')
    expect(await store.contents.stat(app.id)).toBeUndefined()
    for (const { descriptor } of [next.config, ...next.layers])
      expect(await store.contents.stat(descriptor.digest)).toEqual({ size: descriptor.size })
    expect(await store.layers.get(chainIdOf(next.diffIds) ?? next.id)).toBeDefined()
    await pull(store, 'next:1', next)
    expectWhole(next)
    await lose(next.manifest)
    // Both are told, though one cannot be read.
    expect(await store.remove('next:1')).toMatchObject({ deleted: linesOf(next) })
    await expectEmpty()
  })

  it.each([
    ['an index', () => both.index],
    ['a manifest of an index', () => arm.manifest],
  ])('is what records tell of %s that is damaged', async (_, part) => {
    await pull(store, 'next:1', next)
    await pull(store, 'both:1', both, [app, arm])
    await damageOf(part())
    expect(await store.remove('next:1')).not.toHaveProperty('uncollected')
    for (const { descriptor } of [app.config, ...app.layers, arm.config, ...arm.layers])
      expect(await store.contents.stat(descriptor.digest)).toEqual({ size: descriptor.size })
    await store.remove('both:1')
    await expectEmpty()
  })

  it('is what the entries of others reach, and those entries', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'next:1', next)
    const path = join(root.path, 'index.json')
    const document = JSON.parse(await readFile(path, 'utf8')) as {
      manifests: { digest: string; annotations: Record<string, string> }[]
    }
    const foreign = {
      ...documentOf(app).descriptor,
      annotations: { 'org.opencontainers.image.ref.name': '1' },
      unheard: 1,
    }
    const dangling = content('application/vnd.oci.image.manifest.v1+json', new Uint8Array(3)).descriptor
    await writeFile(path, JSON.stringify({ ...document, manifests: [foreign, dangling, ...document.manifests] }))
    expect(await store.remove('app:1')).not.toHaveProperty('uncollected')
    expect(await store.present(app.manifest.descriptor)).toBe(true)
    const after = JSON.parse(await readFile(path, 'utf8')) as { manifests: unknown[] }
    expect(after.manifests.slice(-2)).toEqual([foreign, dangling])
    expect(await store.images()).toHaveLength(1)
  })

  it('is what many entries of others reach, without a look for each of them', async () => {
    await pull(store, 'app:1', app)
    await pull(store, 'next:1', next)
    const path = join(root.path, 'index.json')
    const document = JSON.parse(await readFile(path, 'utf8')) as { manifests: object[] }
    const theirs = { ...documentOf(app).descriptor, annotations: { 'org.opencontainers.image.ref.name': '1' } }
    const dangling = Array.from(
      { length: 300 },
      (_, at) => content('a', new TextEncoder().encode(String(at))).descriptor,
    )
    await writeFile(
      path,
      JSON.stringify({ ...document, manifests: [theirs, theirs, ...dangling, ...document.manifests] }),
    )
    const fs = faultyFileSystem(unsyncedFileSystem())
    expect(await (await root.open({ fs })).remove('app:1')).not.toHaveProperty('uncollected')
    expect(fs.calls.filter(({ path: at }) => dangling.some(({ digest }) => at.endsWith(digest.slice(7))))).toEqual([])
    expect(await store.present(app.manifest.descriptor)).toBe(true)
  })

  it('does not keep a name whose own manifest is gone from being removed', async () => {
    await pull(store, 'app:1', app)
    await store.contents.remove(app.manifest.descriptor.digest)
    expect(await store.remove('app:1')).toEqual({
      untagged: ['app:1', `app@${digestOf(app)}`],
      deleted: linesOf(app),
    })
    await expectEmpty()
  })
})

describe('removing what others refer to', () => {
  const signature = image(['signature'], { subject: arm.manifest.descriptor })
  const signed = image(['signature of a signature'], { subject: signature.manifest.descriptor })
  const byDigest = (target: TestImage): string => `app@${target.manifest.descriptor.digest}`

  it('takes referrers with the last name of an image, and leaves them while there is another', async () => {
    await pull(store, 'app:1', both, [app, arm])
    await pull(store, 'quay.io/app:2', arm)
    for (const each of [signed, signature]) await pull(store, byDigest(each), each)

    expect((await store.remove('app:1')).untagged).toEqual(['app:1', `app@${digestOf(both)}`])
    expectWhole(arm, signature, signed)
    expect((await store.remove('quay.io/app:2')).untagged.slice(-2).toSorted()).toEqual(
      [byDigest(signature), byDigest(signed)].toSorted(),
    )
    await expectEmpty()
  })

  it('leaves a referrer that has a tag', async () => {
    await pull(store, 'app:1', arm)
    await pull(store, 'signatures:arm', signature)
    await store.remove('app:1')
    expectWhole(signature)
  })
})
