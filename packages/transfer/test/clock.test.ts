import { describe, expect, it } from 'vitest'
import { createClock } from '../src/index.ts'

describe('createClock', () => {
  it('sleeps, and its time goes forward', async () => {
    const clock = createClock()
    const before = clock.now()
    await clock.sleep(1)
    expect(clock.now()).toBeGreaterThan(before)
  })

  it('wakes with the reason of the signal, before or during the sleep', async () => {
    const clock = createClock()
    const caller = new AbortController()
    const asleep = clock.sleep(1e8, { signal: caller.signal })
    const reason = new Error('up')
    caller.abort(reason)
    await expect(asleep).rejects.toBe(reason)
    await expect(clock.sleep(1e8, { signal: caller.signal })).rejects.toBe(reason)
  })

  it('draws from [0, 1)', () => {
    const drawn = createClock().random()
    expect(drawn).toBeGreaterThanOrEqual(0)
    expect(drawn).toBeLessThan(1)
  })
})
