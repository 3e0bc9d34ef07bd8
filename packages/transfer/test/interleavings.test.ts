import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTransfers, TransferError, type Watch, type Work } from '../src/index.ts'
import { settle } from './support/controlled-work.ts'

type Step =
  | { readonly do: 'run'; readonly key: string; readonly early: boolean; readonly fails: boolean }
  | { readonly do: 'leave'; readonly whose: number }

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('run' as const),
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      early: fc.boolean(),
      fails: fc.boolean(),
    }),
    fc.record({ do: fc.constant('leave' as const), whose: fc.nat(20) }),
  ),
  { minLength: 1, maxLength: 20 },
)

describe('in whatever order things happen', () => {
  it('never holds more slots than there are, runs one work for a key, and cancels only when all have left', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, fc.integer({ min: 1, max: 3 }), async (scheduler, plan, limit) => {
        const transfers = createTransfers({ limit })
        const moving = new Set<object>()
        const working = new Map<string, number>()
        const watching = new Map<string, number>()
        const watches: { key: string; watch: Watch<string, number>; left: boolean }[] = []

        const work =
          ({ key, early, fails }: Step & { do: 'run' }): Work<string, number> =>
          async (context) => {
            const count = (working.get(key) ?? 0) + 1
            working.set(key, count)
            expect(count).toBe(1)
            const me = {}
            try {
              await context.started
              moving.add(me)
              expect(moving.size).toBeLessThanOrEqual(limit)
              context.report(1)
              await scheduler.schedule(Promise.resolve(), `${key} moves`)
              expect(context.signal.aborted && watching.get(key) !== 0).toBe(false)
              if (early) {
                moving.delete(me)
                context.releaseSlot()
                context.report(2)
                await scheduler.schedule(Promise.resolve(), `${key} rests`)
              }
              context.report(3)
              context.signal.throwIfAborted()
              if (fails) throw new Error(`${key} failed`)
              return key
            } finally {
              moving.delete(me)
              working.set(key, (working.get(key) ?? 0) - 1)
            }
          }

        const sequence = scheduler.scheduleSequence(
          plan.map((step) => async () => {
            if (step.do === 'run') {
              watching.set(step.key, (watching.get(step.key) ?? 0) + 1)
              const entry = { key: step.key, watch: transfers.run(step.key, work(step)), left: false }
              watches.push(entry)
              const over = (): void => {
                if (!entry.left) watching.set(step.key, (watching.get(step.key) ?? 0) - 1)
                entry.left = true
              }
              entry.watch.result().then(over, over)
            } else {
              const entry = watches[step.whose % Math.max(1, watches.length)]
              if (entry !== undefined && !entry.left) {
                entry.left = true
                watching.set(entry.key, (watching.get(entry.key) ?? 0) - 1)
                void entry.watch.release()
              }
            }
          }),
        )
        await scheduler.waitFor(sequence.task)
        while (scheduler.count() > 0) {
          await scheduler.waitAll()
          await settle()
        }

        const outcomes = await Promise.allSettled(watches.map(({ watch }) => watch.result()))
        const told = outcomes.map((outcome) =>
          outcome.status === 'fulfilled'
            ? outcome.value
            : outcome.reason instanceof TransferError
              ? outcome.reason.code
              : (outcome.reason as Error).message,
        )
        told.forEach((text, index) =>
          expect([watches[index]!.key, `${watches[index]!.key} failed`, 'WATCH_RELEASED']).toContain(text),
        )
        expect([...working.values()].every((count) => count === 0)).toBe(true)
        // Every slot came back: as many as the limit can be held again.
        const held: string[] = []
        for (let index = 0; index < limit; index += 1)
          transfers.run(`again ${index}`, async ({ started }) => started.then(() => held.push('')))
        await settle()
        expect(held).toHaveLength(limit)
        await transfers.close()
      }),
    ))

  it('gives every watcher who stays the last value last', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 8 }),
        async (scheduler, watchers, values) => {
          const transfers = createTransfers()
          const work: Work<undefined, number> = async ({ report }) => {
            for (let value = 1; value <= values; value += 1) {
              await scheduler.schedule(Promise.resolve(), `value ${value}`)
              report(value)
            }
            return undefined
          }
          const seen: number[][] = []
          const readers = Array.from({ length: watchers }, async (_, index) => {
            const mine: number[] = []
            seen.push(mine)
            const watch = transfers.run('k', work)
            for await (const value of watch) {
              mine.push(value)
              await scheduler.schedule(Promise.resolve(), `reader ${index}`)
            }
          })
          await scheduler.waitFor(Promise.all(readers))
          for (const mine of seen) {
            expect(mine.at(-1)).toBe(values)
            expect(mine).toEqual([...new Set(mine)].toSorted((a, b) => a - b))
          }
        },
      ),
    ))
})
