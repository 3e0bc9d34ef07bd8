import { describe, expect, it } from 'vitest'
import type { Clock } from '@lading/clock'
import { createTransfers, type WorkContext } from '../src/index.ts'
import { createControlledWork, settle } from './support/controlled-work.ts'

/** Time that stands still until it is told to go on. */
function createStoppedClock(): Clock & { wake(): void } {
  let sleepers: (() => void)[] = []
  return {
    now: () => 0,
    random: () => 0.5,
    sleep: (_, { signal } = {}) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        sleepers.push(resolve)
      }),
    wake() {
      for (const wake of sleepers.splice(0)) wake()
    },
  }
}

const again = { position: () => 0, retry: () => ({ afterMs: 500 }) }

/** Work whose attempts the test ends one by one. */
function createRetrying(): {
  readonly work: (context: WorkContext<never>) => Promise<string>
  readonly tries: number
  fail(): void
  succeed(): void
} {
  let tries = 0
  let end = Promise.withResolvers<string>()
  return {
    work: async ({ started, attempt }) => {
      await started
      return attempt(() => {
        tries += 1
        end = Promise.withResolvers()
        return end.promise
      }, again)
    },
    get tries() {
      return tries
    },
    fail: () => end.reject(new Error('again')),
    succeed: () => end.resolve('done'),
  }
}

describe('a slot is for moving data', () => {
  it('goes back during a countdown and is asked for again', async () => {
    const clock = createStoppedClock()
    const transfers = createTransfers({ limit: 1, clock })
    const sick = createRetrying()
    const well = createControlledWork()
    const watch = transfers.run('sick', sick.work)
    transfers.run('well', well.work)
    await settle()
    expect(well.running).toBe(false)
    sick.fail()
    await settle()
    expect(well.running).toBe(true)
    clock.wake()
    await settle()
    expect(sick.tries).toBe(1)
    well.finish('done')
    await settle()
    expect(sick.tries).toBe(2)
    sick.succeed()
    expect(await watch.result()).toBe('done')
    await transfers.close()
  })

  it('does not go back while another attempt of the same work moves', async () => {
    const clock = createStoppedClock()
    const transfers = createTransfers({ limit: 1, clock })
    const [one, two] = [createRetrying(), createRetrying()]
    const well = createControlledWork()
    const watch = transfers.run('both', async (context: WorkContext<never>) => {
      await Promise.all([one.work(context), two.work(context)])
    })
    transfers.run('well', well.work)
    await settle()
    one.fail()
    await settle()
    expect(well.running).toBe(false)
    two.succeed()
    await settle()
    expect(well.running).toBe(true)
    clock.wake()
    well.finish('done')
    await settle()
    one.succeed()
    await watch.result()
    await transfers.close()
  })

  it('is asked for once by attempts that go on together', async () => {
    const clock = createStoppedClock()
    const transfers = createTransfers({ limit: 2, clock })
    const [one, two] = [createRetrying(), createRetrying()]
    const watch = transfers.run('both', async (context: WorkContext<never>) => {
      await Promise.all([one.work(context), two.work(context)])
    })
    await settle()
    one.fail()
    two.fail()
    await settle()
    clock.wake()
    await settle()
    const others = [createControlledWork(), createControlledWork()]
    others.forEach(({ work }, index) => transfers.run(String(index), work))
    await settle()
    expect([one.tries, two.tries]).toEqual([2, 2])
    expect(others.map(({ running }) => running)).toEqual([true, false])
    one.succeed()
    two.succeed()
    await watch.result()
    await settle()
    expect(others.map(({ running }) => running)).toEqual([true, true])
    await transfers.close()
  })

  it('is not asked for again once it was given back for good', async () => {
    const clock = createStoppedClock()
    const transfers = createTransfers({ limit: 1, clock })
    const sick = createRetrying()
    const well = createControlledWork()
    let release = (): void => undefined
    const watch = transfers.run('sick', (context: WorkContext<never>) => {
      release = context.releaseSlot
      return sick.work(context)
    })
    transfers.run('well', well.work)
    await settle()
    sick.fail()
    await settle()
    clock.wake()
    // It waits for its slot when it learns that it needs none.
    await settle()
    expect(sick.tries).toBe(1)
    release()
    await settle()
    expect(sick.tries).toBe(2)
    sick.succeed()
    expect(await watch.result()).toBe('done')
    await transfers.close()
  })

  it('leaves the queue with the last watcher', async () => {
    const clock = createStoppedClock()
    const transfers = createTransfers({ limit: 1, clock })
    const sick = createRetrying()
    const [well, next] = [createControlledWork(), createControlledWork()]
    const watch = transfers.run('sick', sick.work)
    transfers.run('well', well.work)
    await settle()
    sick.fail()
    await settle()
    clock.wake()
    await settle()
    await watch.release()
    transfers.run('next', next.work)
    well.finish('done')
    await settle()
    expect(next.running).toBe(true)
    expect(sick.tries).toBe(1)
    await transfers.close()
  })
})
