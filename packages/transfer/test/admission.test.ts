import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createAdmission, type Admit, type Place } from '../src/index.ts'
import { settle } from './support/controlled-work.ts'

/** Asks for a place of each key, and says which were admitted so far, in order. */
function askers(admit: Admit): {
  ask: (key: string, signal?: AbortSignal) => { release: () => void; outcome: Promise<unknown> }
  admitted: string[]
} {
  const admitted: string[] = []
  return {
    admitted,
    ask(key, signal) {
      let release = (): void => undefined
      const outcome = admit(key, { signal }).then(
        (given) => {
          admitted.push(key)
          release = given
          return 'admitted'
        },
        (error: unknown) => error,
      )
      return { release: () => release(), outcome }
    },
  }
}

describe('admission', () => {
  it('gives a key three places by default and all keys four times as many, in the order of asking', async () => {
    const { ask, admitted } = askers(createAdmission())
    const a = Array.from({ length: 4 }, () => ask('a'))
    for (const key of ['b', 'c', 'd', 'e']) for (let index = 0; index < 3; index += 1) ask(key)
    await settle()
    expect(admitted.join('')).toBe('aaabbbcccddd')
    a[0]?.release()
    await settle()
    // The key's fourth waits since before the others, but for its key: the free place of the whole is for who can use it.
    expect(admitted.join('')).toBe('aaabbbcccddde')
    a[1]?.release()
    await settle()
    expect(admitted.join('')).toBe('aaabbbcccdddee')
  })

  it('gives a key more places while all who have one, and the next, are small', async () => {
    const admit = createAdmission({ perKey: 2, small: { perKey: 4, upTo: 10 } })
    const admitted: number[] = []
    const ask = (size: number): Promise<Place> =>
      admit('a', { size }).then((place) => {
        admitted.push(size)
        return place
      })
    const places = [9, 8, 7, 6, 5].map(ask)
    await settle()
    expect(admitted).toEqual([9, 8, 7, 6])
    // The next in line is a large one, for which there are two places.
    void ask(11)
    ;(await places[0])?.()
    ;(await places[1])?.()
    await settle()
    expect(admitted).toEqual([9, 8, 7, 6])
    const third = await places[2]
    third?.()
    await settle()
    // And beside it there are two, until it has gone.
    expect(admitted).toEqual([9, 8, 7, 6, 11])
    ;(await places[3])?.()
    void ask(4)
    await settle()
    expect(admitted).toEqual([9, 8, 7, 6, 11, 5])
  })

  it('counts a small place that is lent and taken back', async () => {
    const admit = createAdmission({ perKey: 1, small: { perKey: 2, upTo: 10 } })
    const large = await admit('a', { size: 11 })
    const admitted: number[] = []
    for (const size of [10, 9, 8]) void admit('a', { size }).then(() => admitted.push(size))
    await settle()
    expect(admitted).toEqual([])
    // While it waits for somebody else there are only small ones.
    large.lend()
    await settle()
    expect(admitted).toEqual([10, 9])
    large.takeBack()
    large()
    await settle()
    expect(admitted).toEqual([10, 9])
  })

  it('keeps no other key waiting for one that never ends', async () => {
    const { ask, admitted } = askers(createAdmission({ perKey: 1, whole: 2 }))
    ask('sick')
    ask('sick')
    ask('sick')
    const well = ask('well')
    ask('well')
    await settle()
    expect(admitted).toEqual(['sick', 'well'])
    well.release()
    await settle()
    expect(admitted).toEqual(['sick', 'well', 'well'])
  })

  it.each([
    ['a key', { perKey: 1, whole: 9 }],
    ['the whole', { perKey: 9, whole: 1 }],
  ])('of those that wait for %s lets the largest in first', async (_which, limits) => {
    const admit = createAdmission(limits)
    const order: string[] = []
    const ask = (name: string, size?: number): Promise<void> =>
      admit('a', { size }).then((release) => {
        order.push(name)
        release()
      })
    const first = await admit('a')
    const all = [ask('one', 1), ask('nine', 9), ask('five', 5), ask('nine too', 9), ask('unknown')]
    await settle()
    first()
    await Promise.all(all)
    expect(order).toEqual(['unknown', 'nine', 'nine too', 'five', 'one'])
  })

  it('has other bounds while it is used: more at once, fewer as places come back', async () => {
    const admit = createAdmission({ perKey: 1, whole: 1 })
    const { ask, admitted } = askers(admit)
    const [a, b] = [ask('a'), ask('b')]
    ask('a')
    await settle()
    expect(admitted).toEqual(['a'])
    admit.setLimits({ perKey: 2, whole: 3 })
    await settle()
    expect(admitted).toEqual(['a', 'b', 'a'])
    admit.setLimits({ perKey: 1 })
    ask('b')
    await settle()
    expect(admitted).toEqual(['a', 'b', 'a'])
    a.release()
    b.release()
    await settle()
    expect(admitted).toEqual(['a', 'b', 'a', 'b'])
    expect(() => admit.setLimits({ perKey: 0 })).toThrow(expect.objectContaining({ code: 'TRANSFER_OPTION_INVALID' }))
  })

  it('lends its place of the whole alone, so that other keys go on and its own waits', async () => {
    const admit = createAdmission({ perKey: 1, whole: 1 })
    const place = await admit('a')
    place.lendWhole()
    let same = false
    const other = admit('a').then((next) => {
      same = true
      return next
    })
    ;(await admit('b'))()
    expect(same).toBe(false)
    place.takeBack()
    place()
    ;(await other)()
  })

  it('lends both places, and has them back at once', async () => {
    const admit = createAdmission({ perKey: 1, whole: 1 })
    const { ask, admitted } = askers(admit)
    const place = await admit('a')
    const [same, other] = [ask('a'), ask('b')]
    place.lend()
    place.lend()
    await settle()
    expect(admitted).toEqual(['b'])
    place.takeBack()
    other.release()
    await settle()
    expect(admitted).toEqual(['b'])
    place()
    await settle()
    expect(admitted).toEqual(['b', 'a'])
    same.release()
    place.takeBack()
    place()
    ;(await admit('c'))()
  })

  it('counts a release once', async () => {
    const { ask, admitted } = askers(createAdmission({ perKey: 1 }))
    const first = ask('a')
    ask('a')
    ask('a')
    await settle()
    first.release()
    first.release()
    await settle()
    expect(admitted).toHaveLength(2)
  })

  it('says once that there is no place, and nothing when there is one', async () => {
    const admit = createAdmission({ perKey: 1, whole: 1 })
    const onWait = vi.fn()
    const release = await admit('a', { onWait })
    expect(onWait).not.toHaveBeenCalled()
    const forTheKey = admit('a', { onWait })
    expect(onWait).toHaveBeenCalledTimes(1)
    const forTheWhole = admit('b', { onWait })
    await settle()
    expect(onWait).toHaveBeenCalledTimes(2)
    release()
    ;(await forTheWhole)()
    ;(await forTheKey)()
    expect(onWait).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['its key', 'a'],
    ['the whole', 'b'],
  ])('lets one that waits for %s leave, with the reason and without a trace', async (_, key) => {
    const { ask, admitted } = askers(createAdmission({ perKey: 1, whole: 1 }))
    const holder = ask('a')
    const stop = new AbortController()
    const leaving = ask(key, stop.signal)
    await settle()
    stop.abort('enough')
    expect(await leaving.outcome).toBe('enough')
    ask(key)
    holder.release()
    await settle()
    expect(admitted).toEqual(['a', key])
  })

  it('admits nobody whose signal has fired', async () => {
    const admit = createAdmission({ perKey: 1 })
    await expect(admit('a', { signal: AbortSignal.abort('too late') })).rejects.toBe('too late')
    ;(await admit('a'))()
  })

  it('passes the place on when the signal fires in the turn in which it is given', async () => {
    const { ask, admitted } = askers(createAdmission({ perKey: 1, whole: 1 }))
    const holder = ask('a')
    const stop = new AbortController()
    const leaving = ask('a', stop.signal)
    await settle()
    holder.release()
    stop.abort('enough')
    expect(await leaving.outcome).toBe('enough')
    ask('b')
    await settle()
    expect(admitted).toEqual(['a', 'b'])
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses %s places', (places) => {
    const refusal = expect.objectContaining({ code: 'TRANSFER_OPTION_INVALID' })
    expect(() => createAdmission({ perKey: places })).toThrow(refusal)
    expect(() => createAdmission({ whole: places })).toThrow(refusal)
  })

  it('in whatever order things happen, holds to both bounds, keeps the order within a key and loses no place', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), leaves: fc.boolean() }), { maxLength: 20 }),
        async (scheduler, perKey, whole, plan) => {
          const admit = createAdmission({ perKey, whole })
          const inside = new Map<string, number>()
          const order: number[] = []
          const count = (key: string, change: number): number => {
            inside.set(key, (inside.get(key) ?? 0) + change)
            return inside.get(key) ?? 0
          }
          const outcomes = plan.map(async ({ key, leaves }, index) => {
            const stop = new AbortController()
            if (leaves) void scheduler.schedule(Promise.resolve(), `${index} leaves`).then(() => stop.abort(index))
            const release = await admit(key, { signal: stop.signal })
            order.push(index)
            expect(count(key, 1)).toBeLessThanOrEqual(perKey)
            expect([...inside.values()].reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(whole)
            await scheduler.schedule(Promise.resolve(), `${index} moves`)
            count(key, -1)
            release()
          })
          const settled = Promise.allSettled(outcomes)
          await settle()
          while (scheduler.count() > 0) {
            await scheduler.waitAll()
            await settle()
          }
          const left = (await settled).map((outcome, index) => (outcome.status === 'rejected' ? outcome.reason : index))
          expect(left).toEqual([...plan.keys()])
          for (const key of ['a', 'b', 'c']) {
            const mine = order.filter((index) => plan[index]?.key === key)
            expect(mine).toEqual(mine.toSorted((one, other) => one - other))
          }
          // Every place came back.
          const again = askers(admit)
          for (let index = 0; index < whole; index += 1) again.ask(`again ${index}`)
          for (let index = 0; index < perKey; index += 1) again.ask('never asked')
          await settle()
          expect(again.admitted).toHaveLength(whole)
        },
      ),
    ))
})
