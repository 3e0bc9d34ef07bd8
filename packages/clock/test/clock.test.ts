import { orAbort, sleep, systemClock } from '@lading/clock'
import { expect, it } from 'vitest'

const never = new Promise<never>(() => {})

it.each([
  ['sleep', (signal: AbortSignal) => sleep(1e6, { signal })],
  ['the clock', (signal: AbortSignal) => systemClock.sleep(1e6, { signal })],
  ['a wait for a promise', (signal: AbortSignal) => orAbort(never, { signal })],
])('%s ends with the reason of its signal, before and after it has begun', async (_what, wait) => {
  const reason = new Error('enough')
  await expect(wait(AbortSignal.abort(reason))).rejects.toBe(reason)
  const later = new AbortController()
  const waiting = wait(later.signal)
  later.abort(reason)
  await expect(waiting).rejects.toBe(reason)
})

it('a wait leaves no listener behind', async () => {
  const { signal } = new AbortController()
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...given: Parameters<typeof add>) => (listeners++, add(...given))
  signal.removeEventListener = (...given: Parameters<typeof remove>) => (listeners--, remove(...given))
  await sleep(1, { signal })
  expect(await orAbort(Promise.resolve(3), { signal })).toBe(3)
  await expect(orAbort(Promise.reject(new Error('its own')), { signal })).rejects.toThrow('its own')
  expect(listeners).toBe(0)
})

it('time goes on, and chance is a fraction', async () => {
  const before = systemClock.now()
  await systemClock.sleep(5)
  expect(systemClock.now()).toBeGreaterThan(before)
  const chance = systemClock.random()
  expect(chance >= 0 && chance < 1).toBe(true)
})

it('takes care of a promise that it does not wait for, since nobody else does', async () => {
  const reason = new Error('too late')
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', onUnhandled)
  try {
    const failing = Promise.reject(new Error('its own'))
    await expect(orAbort(failing, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await new Promise((resolve) => void setImmediate(resolve))
  } finally {
    process.off('unhandledRejection', onUnhandled)
  }
  expect(unhandled).toEqual([])
})
