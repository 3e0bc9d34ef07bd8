import { digestOf } from '@lading/digest/hash'
import type { Algorithm } from '@lading/digest'
import { openStore, type FileStore } from '@lading/store'
import { image, tar, type ImageBuilder } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { failure, scene, temporaryFolder, type Scene } from './scene.ts'

const contents = [tar({ a: 'a' }), tar({ b: 'b' }), tar({ c: 'c' })]
const named = (name: string, algorithms: readonly Algorithm[]): ImageBuilder =>
  contents
    .reduce((built, content) => built.layer(content), image(name))
    .diffIds(contents.map((content, at) => digestOf(content, algorithms[at])))

/** The store, and each blob that was inflated in it. */
async function counted(): Promise<{ readonly inflated: string[] } & Scene> {
  const store = await openStore({ root: await temporaryFolder() })
  onTestFinished(() => store.close())
  const inflated: string[] = []
  const counting: FileStore = {
    ...store,
    layers: {
      ...store.layers,
      async uncompress(blob, how) {
        inflated.push(blob.digest)
        return store.layers.uncompress(blob, how)
      },
    },
  }
  return { inflated, ...(await scene({ puller: { store: counting } })) }
}

const sha256 = ['sha256', 'sha256', 'sha256'] as const
const sha512 = ['sha512', 'sha512', 'sha512'] as const
const mixed = ['sha384', 'sha256', 'sha512'] as const

describe('diffIDs are checked in the algorithm of the config', () => {
  it.each([[sha256], [sha512], [mixed]])('%j, each layer inflated once', async (algorithms) => {
    const { registry, pull, inflated, eventsOf } = await counted()
    const { layers } = await registry.seed(named('t/app:1', algorithms))
    const expected = contents.map((content, at) => digestOf(content, algorithms[at]))
    expect((await pull('t/app:1')).layers.map(({ diffId }) => diffId)).toEqual(expected)
    expect(eventsOf('layer:complete').map(({ diffId }) => diffId)).toEqual(expected)
    expect(inflated.toSorted()).toEqual(layers.map(({ digest }) => digest).toSorted())
    expect(await pull('t/app:1')).toMatchObject({ status: 'up-to-date' })
    expect(inflated).toHaveLength(3)
  })

  it.each([[sha256], [sha512], [mixed]])('%j, and a wrong one is refused', async (algorithms) => {
    const { registry, pull, names } = await scene()
    const wrong = digestOf(new Uint8Array(1), algorithms[2])
    await registry.seed(named('t/app:1', algorithms).diffIds([...diffIdsOf(algorithms).slice(0, 2), wrong]))
    expect(await failure(pull('t/app:1'))).toMatchObject({
      code: 'DIFF_ID_MISMATCH',
      facts: { expected: wrong, actual: diffIdsOf(algorithms)[2] },
    })
    expect(await names()).toEqual([])
  })

  it('one blob that stands twice may have two names', async () => {
    const { registry, pull, inflated } = await counted()
    const content = contents[0] as Uint8Array
    await registry.seed(
      image('t/app:1')
        .layer(content)
        .layer(content)
        .diffIds([digestOf(content), digestOf(content, 'sha512')]),
    )
    expect((await pull('t/app:1')).layers).toHaveLength(2)
    expect(inflated).toHaveLength(1)
  })
})

describe('a layer that is here by another name', () => {
  it('is not fetched again, hashed once, and known by both from then on', async () => {
    const { registry, pull, inflated, puller } = await counted()
    for (const [tag, algorithms] of Object.entries({ old: sha256, new: sha512, mixed }))
      await registry.seed(named(`t/app:${tag}`, algorithms))
    await pull('t/app:old')
    expect(inflated).toHaveLength(3)
    registry.journal.clear()
    await pull('t/app:new')
    expect(inflated).toHaveLength(6)
    await pull('t/app:mixed')
    // Of the three, only the first has a name that was not asked for before.
    expect(inflated).toHaveLength(7)
    const layers = registry.journal.requests().filter(({ kind }) => kind === 'blob')
    expect(layers).toHaveLength(2)
    for (const tag of ['old', 'new', 'mixed'])
      expect(await puller.pull(`${registry.host}/t/app:${tag}`, { platform: 'linux/amd64' })).toMatchObject({
        status: 'up-to-date',
      })
    expect(inflated).toHaveLength(7)
  })

  it('may come in one download for both images', async () => {
    const { registry, pull, inflated } = await counted()
    const { layers } = await registry.seed(named('t/app:old', sha256))
    await registry.seed(named('t/app:new', mixed))
    const pulled = await Promise.all([pull('t/app:old'), pull('t/app:new')])
    expect(pulled.map((each) => each.layers.map(({ diffId }) => diffId))).toEqual([diffIdsOf(sha256), diffIdsOf(mixed)])
    for (const { digest } of layers) expect(registry.journal.blob(digest).requests).toHaveLength(1)
    expect(inflated.length).toBeLessThanOrEqual(5)
  })
})

function diffIdsOf(algorithms: readonly Algorithm[]): ReturnType<typeof digestOf>[] {
  return contents.map((content, at) => digestOf(content, algorithms[at]))
}
