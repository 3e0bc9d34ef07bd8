import { describe, expect, it } from 'vitest'
import { createTransfers, TransferError } from '../src/index.ts'
import { createControlledWork, settle } from './support/controlled-work.ts'

describe('leaving', () => {
  it('cancels only when the last of five has left', async () => {
    const transfers = createTransfers()
    const one = createControlledWork()
    const watches = Array.from({ length: 5 }, () => transfers.run('k', one.work))
    for (const watch of watches.slice(1)) await watch.release()
    expect(one.context.signal.aborted).toBe(false)
    await watches[0]?.release()
    expect(one.context.signal.aborted).toBe(true)
    expect(one.context.signal.reason).toMatchObject({ code: 'TRANSFER_CANCELLED' })
  })

  it('counts a watcher who leaves twice once', async () => {
    const transfers = createTransfers()
    const one = createControlledWork()
    const [first, second] = [transfers.run('k', one.work), transfers.run('k', one.work)]
    await Promise.all([first.release(), first.release()])
    expect(one.context.signal.aborted).toBe(false)
    one.finish('done')
    expect(await second.result()).toBe('done')
  })

  it('makes the last to leave wait until the work has stopped', async () => {
    const transfers = createTransfers()
    const stopped = Promise.withResolvers<void>()
    const watch = transfers.run('k', async ({ signal }) => {
      await stopped.promise
      signal.throwIfAborted()
    })
    let over = false
    const leaving = watch.release().then(() => (over = true))
    await settle()
    expect(over).toBe(false)
    stopped.resolve()
    await leaving
  })

  it('rejects with the reason of the caller, unchanged, and lets the others go on', async () => {
    const transfers = createTransfers()
    const one = createControlledWork()
    const caller = new AbortController()
    const [first, second] = [transfers.run('k', one.work, { signal: caller.signal }), transfers.run('k', one.work)]
    const reason = new Error('enough')
    caller.abort(reason)
    await expect(first.result()).rejects.toBe(reason)
    one.finish('done')
    expect(await second.result()).toBe('done')
  })

  it('does not call the work for a caller who has given up already', async () => {
    const one = createControlledWork()
    const watch = createTransfers().run('k', one.work, { signal: AbortSignal.abort('gone') })
    await expect(watch.result()).rejects.toBe('gone')
    expect(one.calls).toBe(0)
    await watch.release()
  })

  it('ends the iteration and rejects the result of a released watch', async () => {
    const one = createControlledWork()
    const watch = createTransfers().run('k', one.work)
    one.context.report(1)
    const values: number[] = []
    const reading = (async () => {
      for await (const value of watch) values.push(value)
    })()
    await watch.release()
    await reading
    expect(values).toEqual([1])
    await expect(watch.result()).rejects.toMatchObject({ name: 'TransferError', code: 'WATCH_RELEASED' })
  })

  it('starts over, after its end, what is being cancelled when somebody asks again', async () => {
    const transfers = createTransfers()
    const stopped = Promise.withResolvers<void>()
    const first = transfers.run('k', async () => stopped.promise)
    const leaving = first.release()
    const two = createControlledWork()
    const [second, third] = [transfers.run('k', two.work), transfers.run('k', two.work)]
    await settle()
    expect(two.calls).toBe(0)
    stopped.resolve()
    await leaving
    await settle()
    expect(two.calls).toBe(1)
    two.finish('again')
    expect(await Promise.all([second.result(), third.result()])).toEqual(['again', 'again'])
  })

  it('starts nothing for one who left while he waited to start over', async () => {
    const transfers = createTransfers()
    const stopped = Promise.withResolvers<void>()
    const leaving = transfers.run('k', async () => stopped.promise).release()
    const two = createControlledWork()
    await transfers.run('k', two.work).release()
    stopped.resolve()
    await leaving
    await settle()
    expect(two.calls).toBe(0)
  })

  it('leaves no listener on the caller’s signal', async () => {
    const transfers = createTransfers()
    const caller = new AbortController()
    let listeners = 0
    const { signal } = caller
    const counted = new Proxy(signal, {
      get(target, property) {
        if (property === 'addEventListener') listeners += 1
        if (property === 'removeEventListener') listeners -= 1
        const value: unknown = Reflect.get(target, property)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    await transfers.run('k', async () => 1, { signal: counted }).result()
    expect(listeners).toBe(0)
  })

  it('brings nothing down when nobody asks for the result of what failed', async () => {
    const unhandled: unknown[] = []
    const listen = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', listen)
    const transfers = createTransfers({ limit: 1 })
    const blocker = createControlledWork()
    transfers.run('blocker', blocker.work)
    transfers.run('failing', () => Promise.reject(new Error('no')))
    void transfers.run('queued, then left', createControlledWork().work).release()
    void transfers
      .run(
        'ignores its slot',
        async ({ signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      )
      .release()
    await transfers.close()
    transfers.run('late', blocker.work)
    await settle()
    await settle()
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })
})

describe('close', () => {
  it('cancels everything, waits for its end, and refuses what comes later', async () => {
    const transfers = createTransfers({ limit: 1 })
    const works = [createControlledWork(), createControlledWork()]
    const watches = works.map(({ work }, index) => transfers.run(String(index), work))
    await transfers.close()
    for (const watch of [...watches, transfers.run('late', createControlledWork().work)]) {
      await expect(watch.result()).rejects.toBeInstanceOf(TransferError)
      await expect(watch.result()).rejects.toMatchObject({ code: 'TRANSFERS_CLOSED' })
    }
    await transfers.close()
  })
})
