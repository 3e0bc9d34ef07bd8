import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAdmission, createTransfers } from '../src/index.ts'
import { settle } from './support/controlled-work.ts'

const sizes = fc.option(fc.nat(3), { nil: undefined })
const limits = fc.integer({ min: 1, max: 4 })

/** What follows from one step has happened before the next. */
const calm = (): fc.Arbitrary<fc.Scheduler> => fc.scheduler({ act: (step) => step().then(settle) })

/** Lets everything happen, in the order that the scheduler draws. */
async function runAll(scheduler: fc.Scheduler): Promise<void> {
  await settle()
  while (scheduler.count() > 0) {
    await scheduler.waitAll()
    await settle()
  }
}

describe('in whatever order things happen, while bounds change and slots are lent', () => {
  it('a slot is given only while there is one, to the largest that waits, and none is lost', () =>
    fc.assert(
      fc.asyncProperty(
        calm(),
        limits,
        fc.array(
          fc.record({
            size: sizes,
            lends: fc.boolean(),
            ends: fc.boolean(),
            fails: fc.boolean(),
            leaves: fc.boolean(),
          }),
          {
            maxLength: 12,
          },
        ),
        fc.array(limits, { maxLength: 4 }),
        async (scheduler, first, plan, later) => {
          const transfers = createTransfers({ limit: first })
          let limit = first
          const moving = new Set<number>()
          /** Those who took theirs back may be too many for a while. */
          const back = new Set<number>()
          const tooMany: number[] = []
          const waiting = new Set<number>()
          const sizeOf = (index: number): number => plan[index]?.size ?? Infinity
          const results = plan.map(({ size, lends, ends, fails, leaves }, index) => {
            const stop = new AbortController()
            if (leaves) void scheduler.schedule(Promise.resolve(), `${index} leaves`).then(() => stop.abort(index))
            const watch = transfers.run(
              String(index),
              async ({ started, lendSlot, releaseSlot, signal }) => {
                waiting.add(index)
                try {
                  await started
                } finally {
                  waiting.delete(index)
                }
                if (moving.size >= limit + back.size) tooMany.push(index)
                moving.add(index)
                try {
                  await scheduler.schedule(Promise.resolve(), `${index} moves`)
                  if (lends) {
                    moving.delete(index)
                    await lendSlot(async () => {
                      await scheduler.schedule(Promise.resolve(), `${index} is waited for`)
                      if (ends) releaseSlot()
                    })
                    if (ends) return
                    moving.add(index)
                    back.add(index)
                    await scheduler.schedule(Promise.resolve(), `${index} goes on`)
                  }
                  signal.throwIfAborted()
                  if (fails) throw new Error('failed')
                } finally {
                  moving.delete(index)
                  back.delete(index)
                }
              },
              { size, signal: stop.signal },
            )
            return watch.result().catch((error: unknown) => error)
          })
          for (const next of later)
            void scheduler.schedule(Promise.resolve(), `limit ${next}`).then(() => {
              // A smaller bound holds from the next one that is given.
              limit = next
              transfers.setLimit(next)
            })
          await runAll(scheduler)
          await Promise.all(results)
          expect([tooMany, moving.size, waiting.size]).toEqual([[], 0, 0])
          // As many as the last bound says can be held, in the order of their sizes.
          const order: number[] = []
          const free = Promise.withResolvers<void>()
          const holders = Array.from({ length: limit }, (_none, index) =>
            transfers.run(`held ${index}`, async ({ started }) => {
              await started
              await free.promise
            }),
          )
          const more = plan.map((_one, index) =>
            transfers.run(
              `more ${index}`,
              async ({ started }) => {
                await started
                order.push(index)
              },
              { size: sizeOf(index) },
            ),
          )
          await settle()
          expect(order).toEqual([])
          transfers.setLimit(1)
          free.resolve()
          await Promise.all([...holders, ...more].map((watch) => watch.result()))
          expect(order.map(sizeOf)).toEqual(
            plan.map((_one, index) => sizeOf(index)).toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)),
          )
          await transfers.close()
        },
      ),
    ))

  it('places of both bounds are given only while there are some, and none is lost', () =>
    fc.assert(
      fc.asyncProperty(
        calm(),
        fc.tuple(limits, limits),
        fc.array(
          fc.record({
            key: fc.constantFrom('a', 'b', 'c'),
            size: sizes,
            lends: fc.boolean(),
            ends: fc.boolean(),
            leaves: fc.boolean(),
          }),
          { maxLength: 15 },
        ),
        fc.array(fc.tuple(limits, limits), { maxLength: 4 }),
        async (scheduler, first, plan, later) => {
          let [perKey, whole] = first
          let mostPerKey = perKey
          const admit = createAdmission({ perKey, whole })
          const inside = new Map<string, number>()
          const back = new Map<string, number>()
          const tooMany: number[] = []
          const total = (): number => [...inside.values()].reduce((sum, each) => sum + each, 0)
          const count = (key: string, change: number): void => void inside.set(key, (inside.get(key) ?? 0) + change)
          const outcomes = plan.map(async ({ key, size, lends, ends, leaves }, index) => {
            const stop = new AbortController()
            if (leaves) void scheduler.schedule(Promise.resolve(), `${index} leaves`).then(() => stop.abort(index))
            const place = await admit(key, { size, signal: stop.signal })
            // The key's place may have been given before its bound became smaller.
            if ((inside.get(key) ?? 0) >= mostPerKey + (back.get(key) ?? 0)) tooMany.push(index)
            if (total() >= whole + [...back.values()].reduce((sum, each) => sum + each, 0)) tooMany.push(index)
            count(key, 1)
            await scheduler.schedule(Promise.resolve(), `${index} moves`)
            if (lends) {
              count(key, -1)
              place.lend()
              await scheduler.schedule(Promise.resolve(), `${index} is waited for`)
              if (ends) place()
              place.takeBack()
              if (ends) return
              count(key, 1)
              back.set(key, (back.get(key) ?? 0) + 1)
              await scheduler.schedule(Promise.resolve(), `${index} goes on`)
              back.set(key, (back.get(key) ?? 0) - 1)
            }
            count(key, -1)
            place()
            place.takeBack()
          })
          const settled = Promise.allSettled(outcomes)
          for (const [key, all] of later)
            void scheduler.schedule(Promise.resolve(), `bounds ${key} ${all}`).then(() => {
              ;[perKey, whole] = [key, all]
              mostPerKey = Math.max(mostPerKey, perKey)
              admit.setLimits({ perKey, whole })
            })
          await runAll(scheduler)
          const left = (await settled).map((outcome, index) => (outcome.status === 'rejected' ? outcome.reason : index))
          expect(left).toEqual([...plan.keys()])
          expect([tooMany, total()]).toEqual([[], 0])
          const admitted: string[] = []
          for (let index = 0; index < whole + 2; index += 1) void admit(`key ${index}`).then(() => admitted.push('one'))
          await settle()
          expect(admitted).toHaveLength(whole)
        },
      ),
    ))
})
