import assert from 'node:assert/strict'
import { failsWith } from '@lading/content-store/compliance'
import type { Digest } from '@lading/digest'
import { nextChainId } from '@lading/digest/hash'
import type { LayerRecord, LayerStore } from '../layer-store.ts'
import { digest } from './helpers.ts'
import type { Case } from './subject.ts'

const base = { blob: digest('blob 1'), diffId: digest('layer 1'), size: 1000 }
const second = { blob: digest('blob 2'), diffId: digest('layer 2'), size: 20, parent: base.diffId }
const top = nextChainId(base.diffId, second.diffId)

async function chainIdsIn(layers: LayerStore): Promise<readonly Digest[]> {
  const found: Digest[] = []
  for await (const { chainId } of layers.list()) found.push(chainId)
  return found.toSorted()
}

export const recordCases: readonly Case[] = [
  {
    name: 'knows nothing at first',
    async run({ layers }) {
      assert.equal(await layers.known(base.blob), undefined)
      assert.equal(await layers.get(base.diffId), undefined)
      assert.equal(await layers.remove(base.diffId), false)
      assert.equal(await layers.forget(base.blob), false)
      assert.deepEqual(await chainIdsIn(layers), [])
    },
  },
  {
    name: 'registers layers from the base up, each under its chainID, for whoever opens it next',
    async run({ layers, again }) {
      const bottom: LayerRecord = { chainId: base.diffId, diffId: base.diffId, size: 1000 }
      assert.deepEqual(await layers.register(base), bottom)
      const above: LayerRecord = { chainId: top, diffId: second.diffId, parent: base.diffId, size: 20 }
      assert.deepEqual(await layers.register(second), above)
      assert.deepEqual(await layers.register(second), above)
      const next = await again()
      assert.deepEqual(await next.get(base.diffId), bottom)
      assert.deepEqual(await next.get(top), above)
      assert.deepEqual(await chainIdsIn(next), [base.diffId, top].toSorted())
      assert.deepEqual(await next.known(base.blob), { diffId: base.diffId, size: 1000 })
    },
  },
  {
    name: 'registers layers that are told of at once, each on the one before',
    async run({ layers, again }) {
      const chain = Array.from({ length: 12 }, (_, at) => ({
        blob: digest(`blob of ${at}`),
        diffId: digest(`layer ${at}`),
        size: at,
      }))
      let parent: Digest | undefined
      const registered = chain.map((each) => {
        const done = layers.register({ ...each, parent })
        parent = nextChainId(parent, each.diffId)
        return done
      })
      const chainIds = (await Promise.all(registered)).map(({ chainId }) => chainId)
      assert.equal(chainIds.at(-1), parent)
      const next = await again()
      assert.deepEqual(await chainIdsIn(next), chainIds.toSorted())
      assert.equal((await next.get(chainIds[11] as Digest))?.parent, chainIds[10])
      for (const { blob, diffId, size } of chain) assert.deepEqual(await next.known(blob), { diffId, size })
    },
  },
  {
    name: 'refuses a layer on one that is not registered, and keeps nothing of it',
    async run({ layers }) {
      await failsWith('LAYER_PARENT_UNKNOWN', () => layers.register(second))
      assert.equal(await layers.known(second.blob), undefined)
      assert.deepEqual(await chainIdsIn(layers), [])
    },
  },
  {
    name: 'names a layer as the config does, and remembers all of its names',
    async run({ layers, again }) {
      const name = digest('layer 1', 'sha512')
      const named = { ...base, diffId: name, aliases: [base.diffId] }
      assert.deepEqual(await layers.register(named), { chainId: name, diffId: name, size: 1000 })
      const known = { diffId: base.diffId, aliases: [name], size: 1000 }
      assert.deepEqual(await (await again()).known(base.blob), known)
      // By one of its names: no other is forgotten.
      await layers.register(base)
      assert.deepEqual(await layers.known(base.blob), known)
    },
  },
  {
    name: 'remembers nothing of a blob whose name in sha256 it is not told',
    async run({ layers }) {
      await layers.register({ ...base, diffId: digest('layer 1', 'sha512') })
      assert.equal(await layers.known(base.blob), undefined)
    },
  },
  {
    name: 'forgets a layer once, and what a blob uncompresses to once',
    async run({ layers }) {
      await layers.register(base)
      assert.equal(await layers.remove(base.diffId), true)
      assert.equal(await layers.remove(base.diffId), false)
      assert.equal(await layers.get(base.diffId), undefined)
      assert.deepEqual(await layers.known(base.blob), { diffId: base.diffId, size: 1000 })
      assert.equal(await layers.forget(base.blob), true)
      assert.equal(await layers.forget(base.blob), false)
      assert.equal(await layers.known(base.blob), undefined)
    },
  },
  {
    name: 'keeps aside what removed blobs uncompress to, and says nothing of it before it is asked',
    async run({ layers, again }) {
      const [removed, unknown] = [digest('removed'), digest('unknown')]
      const inside = { diffId: base.diffId, aliases: [digest('layer 1', 'sha512')], size: 1000 }
      await layers.register(base)
      await layers.remember(removed, inside)
      await layers.setAside([removed, unknown])
      assert.equal(await layers.known(removed), undefined)
      assert.deepEqual(await layers.recall(removed), inside)
      assert.deepEqual(await (await again()).recall(removed), inside)
      assert.equal(await layers.recall(unknown), undefined)
      assert.equal(await layers.recall(base.blob), undefined)
    },
  },
  {
    name: 'forgets no layer for whoever has lost the lock',
    async run({ layers }) {
      const lost = new Error('the lock was lost')
      await layers.register(base)
      const assertHeld = (): Promise<void> => Promise.reject(lost)
      await assert.rejects(layers.remove(base.diffId, { assertHeld }), (error) => error === lost)
      assert.deepEqual(await chainIdsIn(layers), [base.diffId])
    },
  },
  {
    name: 'remembers something else of a blob when it is told so',
    async run({ layers, again }) {
      await layers.register(base)
      const other = { diffId: digest('other'), aliases: [digest('other', 'sha512')], size: 7 }
      await layers.remember(base.blob, other)
      assert.deepEqual(await (await again()).known(base.blob), other)
      assert.deepEqual(await layers.get(base.diffId), { chainId: base.diffId, diffId: base.diffId, size: 1000 })
    },
  },
  {
    name: 'says before anything is fetched that an image has too many layers',
    async run({ layers }) {
      layers.assertLayerCount(125, digest('image'))
      await failsWith('LAYER_MAX_DEPTH', async () => layers.assertLayerCount(126, digest('image')))
    },
  },
  {
    name: 'takes a record that cannot be read for none, and writes it again',
    async run({ layers, damageRecord }) {
      if (damageRecord === undefined) return
      await layers.register(base)
      await damageRecord('layers', base.diffId)
      await damageRecord('diff-ids', base.blob)
      assert.equal(await layers.get(base.diffId), undefined)
      assert.equal(await layers.known(base.blob), undefined)
      assert.deepEqual(await chainIdsIn(layers), [])
      await layers.register(base)
      assert.deepEqual(await layers.known(base.blob), { diffId: base.diffId, size: 1000 })
      assert.deepEqual(await chainIdsIn(layers), [base.diffId])
    },
  },
  {
    name: 'lets no text but a digest be a key',
    async run({ layers }) {
      const hostile = 'sha256:../../../etc/passwd' as Digest
      for (const run of [
        () => layers.get(hostile),
        () => layers.known(hostile),
        () => layers.remove(hostile),
        () => layers.forget(hostile),
        () => layers.register({ ...base, blob: hostile }),
        () => layers.register({ ...base, diffId: hostile }),
        () => layers.register({ ...base, aliases: [hostile] }),
      ])
        await assert.rejects(run, { name: 'DigestError' })
      assert.deepEqual(await chainIdsIn(layers), [])
    },
  },
]
