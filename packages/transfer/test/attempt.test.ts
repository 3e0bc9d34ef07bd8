import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTransfers, type AttemptPolicy, type RetryEvent } from '../src/index.ts'
import { createVirtualClock } from './support/virtual-clock.ts'

const always: AttemptPolicy = { position: () => 0, retry: () => ({}) }

describe('attempt', () => {
  it('gives up after five without progress, with the last error itself', async () => {
    const clock = createVirtualClock()
    let tries = 0
    const errors: Error[] = []
    const watch = createTransfers({ clock }).run('k', ({ attempt }) =>
      attempt(async () => {
        tries += 1
        const error = new Error(`attempt ${tries}`)
        errors.push(error)
        throw error
      }, always),
    )
    const thrown: unknown = await watch.result().catch((error: unknown) => error)
    expect(thrown).toBe(errors[4])
    expect(errors).toHaveLength(5)
    // Half of 2, 4, 8 and 16 seconds.
    expect(clock.now()).toBe(15_000)
  })

  it('counts anew whenever the position has grown', async () => {
    let position = 0
    let tries = 0
    const attempts: number[] = []
    const watch = createTransfers({ clock: createVirtualClock(), backoff: { baseMs: 0 } }).run('k', ({ attempt }) =>
      attempt(
        async () => {
          tries += 1
          if (tries % 4 === 0) position += 1
          if (tries < 21) throw new Error('again')
          return tries
        },
        {
          position: () => position,
          retry: () => ({ afterMs: 0 }),
          onRetry: ({ attempt: failed }) => attempts.push(failed),
        },
      ),
    )
    expect(await watch.result()).toBe(21)
    expect(attempts).toEqual([1, 2, 3, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1])
  })

  it('repeats as often as the class of a failure says, each counted by itself until there is progress', async () => {
    const plan = ['busy', 'busy', 'lost', 'busy', 'lost', 'busy', 'progress', 'lost', 'busy', 'lost', 'lost']
    let position = 0
    let tries = 0
    const told: string[] = []
    const transfers = createTransfers({
      clock: createVirtualClock(),
      attempts: 5,
      backoff: { baseMs: 0 },
      retries: { lost: { attempts: 3, backoff: { baseMs: 1 } }, busy: { attempts: Infinity } },
    })
    const watch = transfers.run('k', ({ attempt }) =>
      attempt(
        () => {
          const what = plan[tries++] ?? 'lost'
          if (what === 'progress') position += 1
          return Promise.reject(new Error(what))
        },
        {
          position: () => position,
          retry: (error) => ({ class: (error as Error).message }),
          onRetry: ({ attempt: failed, error }) => told.push(`${(error as Error).message} ${failed}`),
        },
      ),
    )
    await expect(watch.result()).rejects.toThrow('lost')
    const first = 'busy 1, busy 2, lost 1, busy 3, lost 2, busy 4'
    expect(told.join(', ')).toBe(`${first}, progress 1, lost 1, busy 1, lost 2`)
    expect(tries).toBe(plan.length)
    expect(() => createTransfers({ retries: { none: { attempts: 0 } } })).toThrow(
      expect.objectContaining({ code: 'TRANSFER_OPTION_INVALID' }),
    )
  })

  it('takes no return to an earlier position for progress', async () => {
    const positions = [1000, 900, 1000, 950, 1000, 1000]
    let tries = 0
    const watch = createTransfers({ clock: createVirtualClock() }).run('k', ({ attempt }) =>
      attempt(() => Promise.reject(new Error(`attempt ${(tries += 1)}`)), {
        position: () => positions[tries - 1] ?? 0,
        retry: () => ({}),
      }),
    )
    await expect(watch.result()).rejects.toThrow('attempt 5')
  })

  it('does not repeat what is final', async () => {
    let tries = 0
    const watch = createTransfers().run('k', ({ attempt }) =>
      attempt(() => Promise.reject(new Error(`attempt ${(tries += 1)}`)), { position: () => 0, retry: () => false }),
    )
    await expect(watch.result()).rejects.toThrow('attempt 1')
  })

  it('waits as long as the server said, and counts the seconds down', async () => {
    const clock = createVirtualClock()
    const told: RetryEvent[] = []
    let tries = 0
    const error = new Error('too many')
    const watch = createTransfers({ clock }).run('k', ({ attempt }) =>
      attempt(
        async () => {
          tries += 1
          if (tries === 1) throw error
          return 'done'
        },
        { position: () => 0, retry: () => ({ afterMs: 3_400 }), onRetry: (event) => told.push(event) },
      ),
    )
    expect(await watch.result()).toBe('done')
    expect(told).toEqual([4, 3, 2, 1].map((seconds) => ({ attempt: 1, seconds, error })))
    expect(clock.sleeps).toEqual([400, 1000, 1000, 1000])
  })

  it('chooses each wait between nothing and the exponential, never above its bound, also where the server says at once', () =>
    fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 60_000 }),
        fc.integer({ min: 1, max: 60_000 }),
        async (random, baseMs, maxMs) => {
          const clock = createVirtualClock(random)
          const waits: number[] = []
          let before = 0
          const watch = createTransfers({ clock, backoff: { baseMs, maxMs }, attempts: 7 }).run('k', ({ attempt }) =>
            attempt(
              () => {
                waits.push(clock.now() - before)
                before = clock.now()
                return Promise.reject(new Error('no'))
              },
              { ...always, retry: () => ({ afterMs: 0 }) },
            ),
          )
          await expect(watch.result()).rejects.toThrow('no')
          waits
            .slice(1)
            .forEach((wait, index) => expect(wait).toBeCloseTo(random * Math.min(maxMs, baseMs * 2 ** index), 6))
          expect(waits).toHaveLength(7)
        },
      ),
    ))

  it('ends at once, with the signal’s reason, when it is cancelled in the middle of a wait', async () => {
    const waiting = Promise.withResolvers<void>()
    let seen: unknown
    const watch = createTransfers({ backoff: { baseMs: 1e9, maxMs: 1e9 } }).run('k', ({ attempt }) =>
      attempt(() => Promise.reject(new Error('no')), { ...always, onRetry: () => waiting.resolve() }).catch(
        (error: unknown) => (seen = error),
      ),
    )
    await waiting.promise
    await watch.release()
    expect(seen).toMatchObject({ code: 'TRANSFER_CANCELLED' })
  })

  it('gives the signal to the work, and its reason instead of what the work makes of it', async () => {
    const started = Promise.withResolvers<void>()
    let seen: unknown
    const watch = createTransfers().run('k', async ({ attempt }) => {
      try {
        await attempt((signal) => {
          started.resolve()
          return new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(new Error('socket closed'))),
          )
        }, always)
      } catch (error) {
        seen = error
      }
    })
    await started.promise
    await watch.release()
    expect(seen).toMatchObject({ code: 'TRANSFER_CANCELLED' })
  })
})
