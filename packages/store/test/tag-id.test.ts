import assert from 'node:assert/strict'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../src/index.ts'
import { consult } from './oracle.ts'
import { content, image, index, linux, type TestImage, type TestIndex } from './support/image.ts'
import { pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

let root: TestRoot
let store: Store

beforeEach(async () => {
  root = await testRoot()
  store = await root.open()
})
afterEach(async () => {
  assert.deepEqual(consult(root.path).violations, [])
  await root.end()
})

const amd = image(['base', 'amd'])
const arm = image(['arm'], { platform: linux('arm64') })
const both = index([
  [amd, linux('amd64')],
  [arm, linux('arm64')],
])
const tag = (source: string, target: string): Promise<void> => store.tag(source, parseReference(target))
const targetOf = (name: string): ReturnType<Store['resolve']> => store.resolve(parseReference(name))

describe('the ID of an image that came in an index', () => {
  const inner = index([[arm, linux('arm64')]])
  const families: readonly [string, TestIndex, TestImage][] = [
    ['an index', both, arm],
    ['an index of indexes', index([[amd, linux('amd64')], [inner]]), arm],
    [
      "docker's manifest list",
      index(
        [
          [image(['d1'], { family: 'docker' }), linux('amd64')],
          [image(['d2'], { family: 'docker', platform: linux('arm64') }), linux('arm64')],
        ],
        { family: 'docker' },
      ),
      image(['d2'], { family: 'docker', platform: linux('arm64') }),
    ],
  ]

  it.each(families)('names that image and no other: %s', async (_, target, chosen) => {
    await pull(store, 'app:1', target, imagesIn(target))
    for (const [n, term] of [chosen.id, chosen.id.slice(7), chosen.id.slice(7, 19), chosen.id.slice(0, 19)].entries()) {
      await tag(term, `mine:${n}`)
      expect(await targetOf(`mine:${n}`)).toEqual(chosen.manifest.descriptor)
      expect((await store.inspect(`mine:${n}`)).id).toBe(chosen.id)
    }
    expect((await targetOf('app:1'))?.digest).toBe(target.index.descriptor.digest)
  })

  it('names it for whoever prefers another platform too', async () => {
    await pull(store, 'app:1', both, [amd, arm])
    await tag(arm.id, 'mine:arm')
    await tag(amd.id, 'mine:amd')
    for (const architecture of ['amd64', 'arm64', 's390x']) {
      const other = await root.open({ platform: linux(architecture) })
      expect((await other.inspect('mine:arm')).id).toBe(arm.id)
      expect((await other.inspect('mine:amd')).id).toBe(amd.id)
    }
    expect((await store.images()).map(({ name, tag: shown, id }) => `${name}:${shown ?? ''} ${id}`)).toEqual([
      `docker.io/library/app:1 ${amd.id}`,
      `docker.io/library/mine:amd ${amd.id}`,
      `docker.io/library/mine:arm ${arm.id}`,
    ])
  })

  it('keeps the image when the index goes, and goes with its own name', async () => {
    await pull(store, 'app:1', both, [amd, arm])
    await tag(arm.id, 'mine:arm')
    expect((await store.remove('app:1')).deleted).toContain(amd.id)
    expect((await store.inspect('mine:arm')).id).toBe(arm.id)
    const { blobs, reached } = consult(root.path)
    expect(blobs).toEqual(reached)
    expect((await store.remove('mine:arm')).untagged).toEqual(['mine:arm'])
    expect(consult(root.path).blobs).toEqual([])
  })

  it('takes nothing from the index when its own name goes', async () => {
    await pull(store, 'app:1', both, [amd, arm])
    const before = consult(root.path).blobs
    await tag(arm.id, 'mine:arm')
    expect(await store.remove('mine:arm')).toEqual({ untagged: ['mine:arm'], deleted: [] })
    expect(consult(root.path).blobs).toEqual(before)
    expect((await store.inspect('app:1', { platform: linux('arm64') })).id).toBe(arm.id)
  })

  it('may take the name of its index, which stays under its digest', async () => {
    await pull(store, 'app:1', both, [amd, arm])
    await tag(arm.id, 'app:1')
    expect((await targetOf('app:1'))?.digest).toBe(arm.manifest.descriptor.digest)
    expect((await targetOf(`app@${both.index.descriptor.digest}`))?.digest).toBe(both.index.descriptor.digest)
  })

  it('says nothing of what the index says besides, which a registry may have made up', async () => {
    const annotated = withEntries(both, {
      annotations: {
        'io.github.lading.schema1.digest': `sha256:${'1'.repeat(64)}`,
        'io.containerd.image.name': 'docker.io/library/evil:1',
      },
      artifactType: 'application/x-evil',
    })
    await pull(store, 'app:1', annotated, [amd, arm])
    await tag(arm.id, 'mine:arm')
    expect(await targetOf('mine:arm')).toEqual(arm.manifest.descriptor)
    expect(Object.keys(consult(root.path).names)).not.toContain('docker.io/library/evil:1')
  })

  it('is refused when a blob of it is gone, though another image of the index is whole', async () => {
    await pull(store, 'app:1', both, [amd, arm])
    const lost = arm.layers[0]?.descriptor.digest ?? arm.id
    await store.contents.remove(lost)
    for (const refused of [() => tag(arm.id, 'mine:arm'), () => store.inspect(arm.id)]) {
      await expect(refused()).rejects.toMatchObject({
        code: 'IMAGE_INCOMPLETE',
        facts: { expected: lost },
        hint: expect.any(String) as string,
      })
    }
    expect(await targetOf('mine:arm')).toBeUndefined()
    await tag(amd.id, 'mine:amd')
    expect((await store.inspect('mine:amd')).id).toBe(amd.id)
  })
})

describe('a name', () => {
  it('gives its whole index', async () => {
    await pull(store, 'app:1', both, [amd, arm])
    await tag('app:1', 'mine')
    await tag(`app@${both.index.descriptor.digest}`, 'mine:2')
    for (const name of ['mine', 'mine:2']) expect(await targetOf(name)).toEqual(await targetOf('app:1'))
  })
})

describe('an ID that two manifests share', () => {
  const zstd = image(['base', 'amd'], { encoding: 'zstd' })

  it('means the one that inspect shows: of the first name, whoever came first', async () => {
    for (const [first, second] of [
      [amd, zstd],
      [zstd, amd],
    ] as const) {
      await pull(store, 'b:1', second)
      await pull(store, 'a:1', first)
      const { manifest } = await store.inspect(amd.id)
      expect(manifest.digest).toBe(first.manifest.descriptor.digest)
      await tag(amd.id, 'mine')
      expect((await targetOf('mine'))?.digest).toBe(manifest.digest)
      for (const name of ['mine', 'a:1', 'b:1']) await store.remove(name)
    }
  })

  it('means the first of one index', async () => {
    await pull(
      store,
      'app:1',
      index([
        [zstd, linux('amd64')],
        [amd, linux('amd64')],
      ]),
      [amd, zstd],
    )
    expect((await store.inspect(amd.id)).manifest.digest).toBe(zstd.manifest.descriptor.digest)
    await tag(amd.id, 'mine')
    expect((await targetOf('mine'))?.digest).toBe(zstd.manifest.descriptor.digest)
  })

  it('means the one that is whole', async () => {
    await pull(store, 'a:1', amd)
    await pull(store, 'b:1', zstd)
    await store.contents.remove(amd.layers[0]?.descriptor.digest ?? amd.id)
    await tag(amd.id, 'mine')
    expect((await targetOf('mine'))?.digest).toBe(zstd.manifest.descriptor.digest)
    await pull(store, 'a:1', amd)
  })
})

const imagesIn = (target: TestImage | TestIndex): readonly TestImage[] =>
  'index' in target ? target.children.flatMap(imagesIn) : [target]

/** The same index with more said of each entry. */
function withEntries({ index: { descriptor, bytes }, children }: TestIndex, more: object): TestIndex {
  const document = JSON.parse(new TextDecoder().decode(bytes)) as { manifests: object[] }
  const manifests = document.manifests.map((entry) => ({ ...entry, ...more }))
  return {
    index: content(descriptor.mediaType, new TextEncoder().encode(JSON.stringify({ ...document, manifests }))),
    children,
  }
}
