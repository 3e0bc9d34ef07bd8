import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '@lading/store'
import { image, startTestRegistry } from '@lading/test-registry'
import { expect, it } from 'vitest'
import { consult } from '../../store/test/oracle.ts'
import { createPuller } from '../src/index.ts'
import { temporaryFolder } from './scene.ts'

it('a pull that is held up by the slow download of another process overtakes it, and the other one ends with it', async () => {
  await using registry = await startTestRegistry()
  const { layers } = await registry.seed(image('t/app:1').randomLayer(1_000_000))
  const reference = `${registry.host}/t/app:1`
  const folder = await temporaryFolder()
  const root = join(folder, 'store')
  await mkdir(root)
  // By another path it is another process's, as far as a store can tell.
  const alias = join(folder, 'alias')
  await symlink(root, alias)
  const overtaking = { afterMs: 300 }
  const slowStore = await openStore({ root, overtaking })
  const fastStore = await openStore({ root: alias, overtaking })
  const slow = await createPuller({ store: slowStore, limitRate: 100_000 })
  const fast = await createPuller({ store: fastStore })
  try {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const held = slow.pull(reference, { onEvent: ({ type }) => type === 'layer:bytes' && begin() })
    await begun
    const events: string[] = []
    const one = await fast.pull(reference, { onEvent: ({ type }) => events.push(type) })
    const other = await held
    expect(one.digest).toBe(other.digest)
    // It began with what the other had.
    expect(events).toContain('layer:resume')
    expect(registry.journal.blob(layers[0]?.digest ?? '').requests).toHaveLength(2)
    expect(consult(root)).toMatchObject({ violations: [] })
  } finally {
    await Promise.all([slow.close(), fast.close()])
    await Promise.all([slowStore.close(), fastStore.close()])
  }
})
