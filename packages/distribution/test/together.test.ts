import { describe, expect, it } from 'vitest'
import { together } from '../src/together.ts'

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))
const failing =
  (error: Error): (() => Promise<never>) =>
  () =>
    Promise.reject(error)

describe('parts that stand or fall together', () => {
  it('settles when all succeed', async () => {
    const group = together(new AbortController().signal)
    const one = group.first(async () => 1)
    const two = group.next(async () => 2)
    await group.settle()
    expect([await one, await two]).toEqual([1, 2])
  })

  it('ends the others at the first failure and reports the one that failed by itself', async () => {
    const group = together(new AbortController().signal)
    const outcomes = [
      group.first(() => never(group.signal)),
      group.next(() => never(group.signal)),
      group.next(failing(new Error('layer 2'))),
    ]
    await expect(group.settle()).rejects.toThrow('layer 2')
    expect((await Promise.allSettled(outcomes)).every(({ status }) => status === 'rejected')).toBe(true)
  })

  it('lets the first part win, whenever it fails', async () => {
    const group = together(new AbortController().signal)
    let failConfig: (error: Error) => void = () => undefined
    const config = group.first(() => new Promise<never>((_, reject) => (failConfig = reject)))
    const layer = group.next(failing(new Error('layer')))
    await layer.catch(() => failConfig(new Error('config')))
    await expect(group.settle()).rejects.toThrow('config')
    await expect(config).rejects.toThrow('config')
  })

  it('reports the lowest of several', async () => {
    const group = together(new AbortController().signal)
    let failLow: (error: Error) => void = () => undefined
    const low = group.next(() => new Promise<never>((_, reject) => (failLow = reject)))
    const high = group.next(failing(new Error('high')))
    await high.catch(() => failLow(new Error('low')))
    await expect(group.settle()).rejects.toThrow('low')
    await expect(low).rejects.toThrow('low')
  })

  it('rejects with the caller’s own reason when the caller aborts', async () => {
    const caller = new AbortController()
    const group = together(caller.signal)
    const part = group.next(() => never(group.signal))
    const reason = new Error('enough')
    caller.abort(reason)
    await expect(group.settle()).rejects.toBe(reason)
    await expect(part).rejects.toBe(reason)
  })
})
