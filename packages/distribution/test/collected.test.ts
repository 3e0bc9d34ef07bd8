import { existsSync } from 'node:fs'
import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { layoutOf, nodeProcesses } from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { consult } from '../../store/test/oracle.ts'
import { createPuller } from '../src/index.ts'
import { namesIn, temporaryFolder } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

// A pull that stands still before its Nth file-system call, while its lease is taken for dead and what it shares with
// an image that goes is collected. Whatever N is, it goes on, and what was collected is fetched again.

const earlier = image('t/earlier:1').layer({ base: 'base' }).layer({ app: 'yes' })
const next = image('t/next:1').layer({ base: 'base' }).layer({ app: 'yes' }).annotations({ next: 'yes' })

describe('a pull whose content is collected between any two of its steps', () => {
  let registry: TestRegistry
  let shared: readonly string[]
  beforeAll(async () => {
    registry = await startTestRegistry()
    const [first, second] = [await registry.seed(earlier), await registry.seed(next)]
    const digests = new Set([first.config.digest, ...first.layers.map(({ digest }) => digest)])
    shared = [second.config.digest, ...second.layers.map(({ digest }) => digest)].filter((digest) =>
      digests.has(digest),
    )
  })
  afterAll(() => registry.close())

  /** What a removal of the other image takes, when nobody holds the lock. */
  async function collect(root: string, records: boolean): Promise<boolean> {
    const layout = layoutOf(root)
    const isNamed = (await namesIn(root)).some((name) => name.includes('t/next'))
    if (existsSync(layout.lock) || isNamed) return false
    for (const name of await readdir(layout.leases)) await rm(join(layout.leases, name))
    for (const digest of shared as readonly `sha256:${string}`[]) {
      await rm(layout.blob(digest), { force: true })
      if (records) await rm(join(layout.diffIds, digest.replace(':', '/')), { force: true })
    }
    if (records) await rm(layout.layers, { recursive: true, force: true })
    return true
  }

  async function pull(root: string, nth: number, records: boolean): Promise<{ calls: number; collected: boolean }> {
    let calls = 0
    let collected = false
    const store = await openTestStore(root, (fs) =>
      faultyFileSystem(fs, [], {
        async before() {
          if (++calls === nth) collected = await collect(root, records)
        },
      }),
    )
    const puller = await createPuller({ store })
    try {
      await puller.pull(`${registry.host}/t/next:1`, { platform: 'linux/amd64' })
    } catch (error) {
      throw new Error(`collected before call ${nth}: ${inspect(error)}`, { cause: error })
    } finally {
      await puller.close()
      await store.close()
    }
    return { calls, collected }
  }

  it.each([
    ['with what was known of it', true],
    ['and what was known of it stays', false],
  ])(
    '%s',
    async (_, records) => {
      const folder = await temporaryFolder()
      const before = join(folder, 'before')
      const store = await openTestStore(before)
      const puller = await createPuller({ store })
      await puller.pull(`${registry.host}/t/earlier:1`, { platform: 'linux/amd64' })
      await puller.close()
      await store.close()
      // Its names are gone, and the collection is what comes.
      await rm(layoutOf(before).index)
      await rm(layoutOf(before).indexCopies.directory, { recursive: true })
      // Some of the layers' insides are not known, so that they are looked at again.
      await rm(layoutOf(before).diffIds, { recursive: true })
      await cp(before, join(folder, 'counted'), { recursive: true })
      const { calls } = await pull(join(folder, 'counted'), 0, records)
      expect(calls).toBeGreaterThan(30)
      let times = 0
      for (let nth = 1; nth <= calls; nth += atScale(9, 1)) {
        const root = join(folder, String(nth))
        await cp(before, root, { recursive: true })
        if ((await pull(root, nth, records)).collected) times++
        expect(consult(root).violations, `collected before call ${nth}`).toEqual([])
        expect(await namesIn(root)).toContain(`${registry.host}/t/next:1`)
        await rm(root, { recursive: true })
      }
      expect(times).toBeGreaterThan(5)
    },
    atScale(60_000, 600_000),
  )
})

describe('a layer that is collected before it was looked into', () => {
  it('is fetched again', async () => {
    const registry = await startTestRegistry()
    const { config, layers } = await registry.seed(image('t/app:1').layer({ app: 'yes' }))
    const [layer] = layers.map(({ digest }) => digest as `sha256:${string}`)
    if (layer === undefined) throw new Error('it has a layer')
    // Layers are looked into once it is known how their config calls them.
    registry.addFault({ on: 'blob', digest: config.digest, nth: 1, then: { delayMs: 300 } })
    const root = await temporaryFolder()
    const store = await openTestStore(root)
    const puller = await createPuller({ store })
    try {
      const pulled = puller.pull(`${registry.host}/t/app:1`, { platform: 'linux/amd64' })
      while ((await store.contents.stat(layer)) === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
      await rm(layoutOf(root).blob(layer))
      expect((await pulled).status).toBe('downloaded')
      expect(registry.journal.blob(layer).requests).toHaveLength(2)
      expect(consult(root).violations).toEqual([])
    } finally {
      await puller.close()
      await store.close()
      await registry.close()
    }
  })
})

describe('a download that was taken over while its process stood still', () => {
  it('is gone on with from what the other left', async () => {
    const registry = await startTestRegistry()
    // Larger than what is in memory until it is whole.
    const built = await registry.seed(image('t/big:1').randomLayer(1_100_000))
    const root = await temporaryFolder()
    let taken = 0
    const store = await openTestStore(root, (fs) =>
      faultyFileSystem(fs, [], {
        async before({ operation, path }) {
          if (operation !== 'sync' || !path.endsWith('data') || taken++ > 0) return
          // Of a process that has died since.
          const owner = { ...nodeProcesses().self(), pid: 2 ** 22 + 1, nonce: 'fedcba9876543210' }
          await writeFile(join(dirname(path), 'owner'), `${JSON.stringify(owner)}\n`)
        },
      }),
    )
    const puller = await createPuller({ store })
    try {
      const pulled = await puller.pull(`${registry.host}/t/big:1`, { platform: 'linux/amd64' })
      expect(pulled.status).toBe('downloaded')
      expect(taken).toBeGreaterThan(1)
      expect(registry.journal.blob(built.layers[0]?.digest ?? '').requests).toHaveLength(1)
      expect(consult(root).violations).toEqual([])
    } finally {
      await puller.close()
      await store.close()
      await registry.close()
    }
  })
})
