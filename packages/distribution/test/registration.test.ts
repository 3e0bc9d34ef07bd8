import { openStore, type Store } from '@lading/store'
import { image } from '@lading/test-registry'
import { expect, it, onTestFinished } from 'vitest'
import { scene, temporaryFolder } from './scene.ts'

/** A store in which a removal takes the first layer's record away just before the second one is registered. */
function storeWithRemoval(store: Store): Store {
  let registered = 0
  const { layers } = store
  return {
    ...store,
    layers: {
      ...layers,
      async register(layer) {
        if (++registered === 2 && layer.parent !== undefined) await layers.remove(layer.parent)
        return layers.register(layer)
      },
    },
  }
}

it('registers from the base up once more when a removal took the record of the layer below', async () => {
  const store = await openStore({ root: await temporaryFolder() })
  onTestFinished(() => store.close())
  const { registry, pull } = await scene({ puller: { store: storeWithRemoval(store) } })
  await registry.seed(image('t/app:1').layer({ a: '1' }).layer({ b: '2' }))
  const pulled = await pull('t/app:1')
  expect(pulled.status).toBe('downloaded')
  const diffIds: string[] = []
  for await (const { diffId } of store.layers.list()) diffIds.push(diffId)
  expect(diffIds.toSorted()).toEqual(pulled.layers.map(({ diffId }) => diffId).toSorted())
})
