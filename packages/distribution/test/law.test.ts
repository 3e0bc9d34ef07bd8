import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { FileSystem } from '@lading/content-store'
import { faultyFileSystem, type FaultyFileSystem } from '@lading/content-store/testing'
import { isLadingError } from '@lading/errors'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { consult } from '../../store/test/oracle.ts'
import { createPuller } from '../src/index.ts'
import { temporaryFolder } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

// A whole pull, cut at its Nth file-system call: by an error once, or by nothing working any more, as when the process
// dies or the disk is gone. Whatever N is, the law holds, what was here is whole, and the next pull completes.

const earlier = image('t/earlier:1').layer({ base: 'base' }).layer({ earlier: 'yes' })
const next = image('t/earlier:1').layer({ base: 'base' }).layer({ next: 'yes' }).randomLayer(100_000)

describe('a pull cut between any two of its steps', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startTestRegistry()
  })
  afterAll(() => registry.close())

  async function pull(
    root: string,
    fault?: { nth: number; errno: string; forGood: boolean },
  ): Promise<{ calls: number; error: unknown }> {
    let calls: FaultyFileSystem['calls'] = []
    const faulty = (below: FileSystem): FileSystem => {
      const fs = faultyFileSystem(below, fault === undefined ? [] : [fault])
      calls = fs.calls
      return fs
    }
    let error: unknown
    try {
      const store = await openTestStore(root, faulty)
      const puller = await createPuller({ store })
      try {
        await puller.pull(`${registry.host}/t/earlier:1`, { platform: 'linux/amd64' })
      } finally {
        await puller.close()
        await store.close()
      }
    } catch (thrown) {
      error = thrown
    }
    return { calls: calls.length, error }
  }

  it.each([
    ['ENOSPC', false],
    ['EACCES', false],
    ['EIO', true],
  ])(
    'by %s, for good: %s',
    async (errno, forGood) => {
      const folder = await temporaryFolder()
      const before = join(folder, 'before')
      const old = await registry.seed(earlier)
      expect((await pull(before)).error).toBeUndefined()
      const fresh = await registry.seed(next)
      await cp(before, join(folder, 'counted'), { recursive: true })
      const { calls } = await pull(join(folder, 'counted'))
      expect(calls).toBeGreaterThan(30)

      const step = Math.max(1, Math.floor(calls / atScale(7, calls)))
      for (let nth = 1; nth <= calls; nth += step) {
        const root = join(folder, `${errno}-${nth}`)
        await cp(before, root, { recursive: true })
        const { error } = await pull(root, { nth, errno, forGood })
        // Some calls may fail without harm: a heartbeat, a sweep, a journal.
        expect(error === undefined || isLadingError(error), `call ${nth}: ${inspect(error)}`).toBe(true)
        const found = consult(root, { afterCrash: true })
        expect(found.violations, `after call ${nth}`).toEqual([])
        expect([old.digest, fresh.digest], `after call ${nth}`).toContain(found.names[`${registry.host}/t/earlier:1`])

        expect((await pull(root)).error, `the pull after call ${nth}`).toBeUndefined()
        const healed = consult(root, { afterCrash: true })
        expect(healed.violations, `healed after call ${nth}`).toEqual([])
        expect(healed.names[`${registry.host}/t/earlier:1`]).toBe(fresh.digest)
      }
    },
    300_000,
  )
})
