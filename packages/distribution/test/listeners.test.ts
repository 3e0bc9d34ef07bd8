import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { image } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import type { PullEvent } from '../src/index.ts'
import { failure, scene } from './scene.ts'

const app = image('t/app:1').layer({ 'srv/app': 'one' }).layer({ 'srv/more': 'two' })
const wrong = new Error('the listener is wrong')

describe('a listener that throws', () => {
  it.each<PullEvent['type']>(['resolve', 'layer:pulling', 'layer:complete', 'digest', 'status'])(
    'ends its pull with its own error, and leaves everything in order: %s',
    async (type) => {
      const { registry, root, pull } = await scene()
      await registry.seed(app)
      let told = 0
      const onEvent = (event: PullEvent): void => {
        if (event.type !== type) return
        told += 1
        throw wrong
      }
      expect(await failure(pull('t/app:1', { onEvent }))).toBe(wrong)
      expect(told).toBeGreaterThan(0)
      expect(await readdir(join(root, 'lading/leases'))).toEqual([])
      expect(await pull('t/app:1')).toMatchObject({ reference: `${registry.host}/t/app:1` })
    },
  )
})
