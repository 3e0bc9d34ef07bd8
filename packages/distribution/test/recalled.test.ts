import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { layoutOf, sealRecord } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { openStore, type Store } from '@lading/store'
import { image } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { scene, temporaryFolder } from './scene.ts'

const app = image('t/app:1').layer({ a: '1' }).layer({ b: '2' })

interface Counted {
  readonly store: Store
  readonly root: string
  /** Layers that were inflated. */
  readonly inflated: string[]
}

async function counted(): Promise<Counted> {
  const root = await temporaryFolder()
  const store = await openStore({ root })
  onTestFinished(() => store.close())
  const inflated: string[] = []
  const { layers } = store
  const uncompress: typeof layers.uncompress = (blob, options) => {
    inflated.push(blob.digest)
    return layers.uncompress(blob, options)
  }
  return { store: { ...store, layers: { ...layers, uncompress } }, root, inflated }
}

describe('an image that was here before', () => {
  it('is downloaded again and not inflated again', async () => {
    const { store, inflated } = await counted()
    const { registry, pull } = await scene({ puller: { store } })
    await registry.seed(app)
    const first = await pull('t/app:1')
    expect(inflated.splice(0)).toHaveLength(2)
    await store.remove(`${registry.host}/t/app:1`)
    for (const { digest } of first.layers) expect(await store.layers.known(digest)).toBe(undefined)
    const second = await pull('t/app:1')
    expect([second.status, second.layers, inflated]).toEqual(['downloaded', first.layers, []])
    for (const { digest, diffId } of first.layers) expect((await store.layers.known(digest))?.diffId).toBe(diffId)
  })

  it('is inflated, and nobody accused, where what is remembered of it is wrong', async () => {
    const { store, root, inflated } = await counted()
    const { registry, pull } = await scene({ puller: { store } })
    await registry.seed(app)
    const first = await pull('t/app:1')
    await store.remove(`${registry.host}/t/app:1`)
    const directory = join(layoutOf(root).formerDiffIds, 'sha256')
    const [name = ''] = await readdir(directory)
    const { blobs, version } = JSON.parse(await readFile(join(directory, name), 'utf8')) as {
      readonly version: number
      readonly blobs: readonly object[]
    }
    const wrong = blobs.map((each) => ({ ...each, diffId: digestOf(new TextEncoder().encode('another')) }))
    await writeFile(join(directory, name), sealRecord({ version, blobs: wrong }))

    const again = await openStore({ root })
    onTestFinished(() => again.close())
    const other = await scene({ puller: { store: again } })
    await other.registry.seed(app)
    inflated.splice(0)
    const second = await other.pull('t/app:1')
    expect([second.status, second.layers]).toEqual(['downloaded', first.layers])
    for (const { digest, diffId } of first.layers) expect((await again.layers.known(digest))?.diffId).toBe(diffId)
  })
})
