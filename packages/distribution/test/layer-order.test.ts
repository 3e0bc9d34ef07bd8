import { image, startTestRegistry } from '@lading/test-registry'
import { expect, it, onTestFinished } from 'vitest'
import { createPuller, type PullEvent } from '../src/index.ts'
import { temporaryFolder } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

it('layers are first told of in the order of the image, whichever the store answers for first', async () => {
  const registry = await startTestRegistry()
  const store = await openTestStore(await temporaryFolder())
  let old = image('t/old:1')
  for (let seed = 1; seed <= 5; seed += 1) old = old.randomLayer(1000, { seed })
  const built = await registry.seed(old.randomLayer(1000, { seed: 6 }).randomLayer(1000, { seed: 7 }))
  await registry.seed(image('t/base:1').randomLayer(1000, { seed: 2 }).randomLayer(1000, { seed: 4 }))
  const order = built.layers.map(({ digest }) => digest)
  let turns = order.length * 3
  const puller = await createPuller({
    store: {
      ...store,
      contents: {
        ...store.contents,
        // Later layers are answered for first.
        async stat(digest) {
          const found = await store.contents.stat(digest)
          if (order.includes(digest)) for (let left = (turns -= 3); left >= 0; left--) await new Promise(setImmediate)
          return found
        },
      },
    },
  })
  onTestFinished(async () => {
    await puller.close()
    await store.close()
    await registry.close()
  })
  await puller.pull(`${registry.host}/t/base:1`)
  turns = order.length * 3
  const events: PullEvent[] = []
  await puller.pull(`${registry.host}/t/old:1`, { onEvent: (event) => events.push(event) })
  const told = events.flatMap((event) =>
    'id' in event && 'digest' in event && event.type.startsWith('layer:') ? [event.digest] : [],
  )
  expect([...new Set(told)]).toEqual(order)
  expect(events.filter(({ type }) => type === 'layer:exists')).toHaveLength(2)
})
