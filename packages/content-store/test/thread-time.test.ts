import { expect, it } from 'vitest'
import { threadTime } from '../src/thread-time.ts'

const calls = (time: ReturnType<typeof threadTime>, count: number, ms: number): number => {
  let here = 0
  for (let call = 0; call < count; call += 1) {
    if (!time.available()) continue
    here += 1
    time.spent(ms)
  }
  return here
}

it('lets calls that take microseconds be made at once, and others have a turn now and then', () => {
  const time = threadTime()
  expect(calls(time, 32, 0.005)).toBe(32)
  expect(time.available()).toBe(false)
  expect(calls(time, 33_000, 0.005)).toBe(32_000)
})

it('stops waiting for a slow file system, waits for no more than a tenth of a millisecond of each call, and comes back', () => {
  const time = threadTime()
  expect(calls(time, 100, 5)).toBeLessThan(20)
  expect(calls(time, 1_000, 5)).toBeLessThanOrEqual(21)
  // A call that hung for half a minute.
  expect(time.available() || time.available() || calls(time, 100, 0) > 0).toBe(true)
  time.spent(30_000)
  expect(calls(time, 1_000, 0.005)).toBe(0)
  calls(time, 300_000, 0.005)
  expect(calls(time, 330, 0.005)).toBe(320)
})
