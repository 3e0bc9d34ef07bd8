import { afterEach, beforeEach, expect, test } from 'vitest'
import { image, startTestRegistry, type TestRegistry } from '../src/index.ts'
import { ask } from './support/http.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await startTestRegistry({ images: [image('t/app:1').layer({ a: 'b' })] })
})
afterEach(() => registry.close())

const status = async (): Promise<number> => (await ask(`${registry.url}/v2/t/app/manifests/1`)).status

test('a fault that is off looks at no request and counts none', async () => {
  const fault = registry.addFault({ on: 'manifest', from: 2, then: { status: 503 } })
  expect(await status()).toBe(200)
  fault.enable(false)
  expect(await status()).toBe(200)
  expect(registry.faults()).toMatchObject([{ id: fault.id, fired: 0, enabled: false }])
  fault.enable(true)
  expect(await status()).toBe(503)
})

test('every fault has an id of its own, also after others were removed', () => {
  const [first, second] = [
    registry.addFault({ on: 'blob', then: 'reset' }),
    registry.addFault({ on: 'blob', then: 'close' }),
  ]
  second.remove()
  const third = registry.addFault({ on: 'blob', then: 'stall' })
  expect(new Set([first.id, second.id, third.id]).size).toBe(3)
  expect(registry.faults().map(({ name }) => name)).toEqual(['blob reset', 'blob stall'])
})
