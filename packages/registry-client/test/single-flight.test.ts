import { describe, expect, it } from 'vitest'
import { createSingleFlight } from '../src/auth/single-flight.ts'

describe('work under one key', () => {
  it('runs once for all, and goes on when one of them leaves', async () => {
    const flights = createSingleFlight<number>()
    const { promise, resolve } = Promise.withResolvers<number>()
    const signals: AbortSignal[] = []
    const work = (signal: AbortSignal): Promise<number> => {
      signals.push(signal)
      return promise
    }
    const leaver = new AbortController()
    const reason = { left: true }
    const first = flights.run('key', work, { signal: leaver.signal })
    const second = flights.run('key', work)
    leaver.abort(reason)
    await expect(first).rejects.toBe(reason)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    resolve(7)
    expect(await second).toBe(7)
  })

  it('is given up when the last one leaves, and starts anew for the next', async () => {
    const flights = createSingleFlight<number>()
    const signals: AbortSignal[] = []
    const never = (signal: AbortSignal): Promise<number> => {
      signals.push(signal)
      return new Promise(() => undefined)
    }
    const leaver = new AbortController()
    const both = [
      flights.run('key', never, { signal: leaver.signal }),
      flights.run('key', never, { signal: leaver.signal }),
    ]
    leaver.abort(new Error('left'))
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(await flights.run('key', () => Promise.resolve(8))).toBe(8)
  })

  it('that fails fails for all, and is tried again by the next', async () => {
    const flights = createSingleFlight<number>()
    const fail = (): Promise<number> => Promise.reject(new Error('no'))
    const outcomes = await Promise.allSettled([flights.run('key', fail), flights.run('key', () => Promise.resolve(1))])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await flights.run('key', () => Promise.resolve(2))).toBe(2)
  })
})
