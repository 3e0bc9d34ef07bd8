import { describe, expect, it } from 'vitest'
import { createTransfers, type Watch } from '../src/index.ts'
import { createControlledWork, settle } from './support/controlled-work.ts'

const read = async <P>(watch: Watch<unknown, P>): Promise<P[]> => {
  const values: P[] = []
  for await (const value of watch) values.push(value)
  return values
}

describe('watching', () => {
  it('calls the work once for five who ask with one key, and all get its result', async () => {
    const transfers = createTransfers()
    const one = createControlledWork()
    const watches = Array.from({ length: 5 }, () => transfers.run('k', one.work))
    one.finish('done')
    expect(await Promise.all(watches.map((watch) => watch.result()))).toEqual(Array.from({ length: 5 }, () => 'done'))
    expect(one.calls).toBe(1)
  })

  it('tells a newcomer the latest value at once', async () => {
    const transfers = createTransfers()
    const one = createControlledWork()
    const first = transfers.run('k', one.work)
    one.context.report(1)
    one.context.report(2)
    const second = transfers.run('k', one.work)
    expect(await second[Symbol.asyncIterator]().next()).toEqual({ done: false, value: 2 })
    await Promise.all([first.release(), second.release()])
  })

  it('lets a slow watcher skip values but never miss the last', async () => {
    const transfers = createTransfers()
    const one = createControlledWork()
    const watch = transfers.run('k', one.work)
    const iterator = watch[Symbol.asyncIterator]()
    one.context.report(1)
    expect((await iterator.next()).value).toBe(1)
    for (let value = 2; value <= 100; value += 1) one.context.report(value)
    one.finish('done')
    await watch.result()
    expect(await iterator.next()).toEqual({ done: false, value: 100 })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('gives each value once to a watcher who keeps up, and the last only once', async () => {
    const transfers = createTransfers()
    const one = createControlledWork()
    const watch = transfers.run('k', one.work)
    const values = read(watch)
    for (const value of [1, 2, 3]) {
      one.context.report(value)
      await settle()
    }
    one.finish('done')
    expect(await values).toEqual([1, 2, 3])
  })

  it('keeps a watch valid after the end, and starts anew for the same key', async () => {
    const transfers = createTransfers()
    const [one, two] = [createControlledWork(), createControlledWork()]
    const first = transfers.run('k', one.work)
    one.context.report(7)
    one.finish('first')
    await first.result()
    const second = transfers.run('k', two.work)
    two.finish('second')
    expect(await second.result()).toBe('second')
    expect(await first.result()).toBe('first')
    expect(await read(first)).toEqual([7])
    await first.release()
  })

  it('is over for a watcher who has been told the result: the key is free', async () => {
    const transfers = createTransfers()
    const one = createControlledWork()
    const two = createControlledWork()
    const first = transfers.run('k', one.work)
    const afterwards = first.result().then(() => transfers.run('k', two.work))
    one.finish('first')
    await afterwards
    expect(two.calls).toBe(1)
    await (await afterwards).release()
  })

  it('passes on what the work rejects with, also when it throws before its first await', async () => {
    const transfers = createTransfers()
    const error = new Error('no')
    await expect(transfers.run('a', () => Promise.reject(error)).result()).rejects.toBe(error)
    const thrown = transfers.run('b', () => {
      throw error
    })
    await expect(thrown.result()).rejects.toBe(error)
    expect(await read(thrown)).toEqual([])
  })

  it('joins a work that asks for its own key to itself', async () => {
    const transfers = createTransfers()
    let calls = 0
    const work = async (): Promise<number> => {
      calls += 1
      if (calls === 1) void transfers.run('k', work)
      return calls
    }
    expect(await transfers.run('k', work).result()).toBe(1)
    expect(calls).toBe(1)
  })

  it('ignores what a finished work still reports', async () => {
    const transfers = createTransfers()
    const one = createControlledWork()
    const watch = transfers.run('k', one.work)
    one.finish('done')
    await watch.result()
    one.context.report(1)
    expect(await read(watch)).toEqual([])
  })
})
