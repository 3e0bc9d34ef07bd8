import { describe, expect, it } from 'vitest'
import { createTransfers } from '../src/index.ts'
import { createControlledWork, settle } from './support/controlled-work.ts'

const works = (count: number): ReturnType<typeof createControlledWork>[] =>
  Array.from({ length: count }, () => createControlledWork())
const running = (list: ReturnType<typeof createControlledWork>[]): number[] =>
  list.flatMap((one, index) => (one.running ? [index] : []))

describe('slots', () => {
  it('gives three by default, in the order of asking', async () => {
    const transfers = createTransfers()
    const list = works(5)
    list.forEach(({ work }, index) => transfers.run(String(index), work))
    await settle()
    expect(running(list)).toEqual([0, 1, 2])
    list[1]?.finish('done')
    await settle()
    expect(running(list)).toEqual([0, 1, 2, 3])
    list[0]?.fail(new Error('no'))
    await settle()
    expect(running(list)).toEqual([0, 1, 2, 3, 4])
    await transfers.close()
  })

  it('of those that wait gives the largest one, and those alike in the order of asking', async () => {
    const transfers = createTransfers({ limit: 1 })
    const list = works(7)
    const sizes = [1, 5, 20, undefined, 5, 20, 0]
    list.forEach(({ work }, index) => transfers.run(String(index), work, { size: sizes[index] }))
    const order: number[] = []
    for (let left = list.length; left > 0; left -= 1) {
      await settle()
      const next = running(list).find((index) => !order.includes(index)) ?? -1
      order.push(next)
      list[next]?.finish('done')
    }
    // Whose size is not known goes first.
    expect(order).toEqual([0, 3, 2, 5, 1, 4, 6])
    await transfers.close()
  })

  it('has as many as is said while it runs: more at once, fewer as they come back', async () => {
    const transfers = createTransfers({ limit: 1 })
    const list = works(6)
    list.forEach(({ work }, index) => transfers.run(String(index), work))
    transfers.setLimit(3)
    await settle()
    expect(running(list)).toEqual([0, 1, 2])
    transfers.setLimit(1)
    list[0]?.finish('done')
    list[1]?.finish('done')
    await settle()
    expect(running(list)).toEqual([0, 1, 2])
    list[2]?.finish('done')
    await settle()
    expect(running(list)).toEqual([0, 1, 2, 3])
    transfers.setLimit(Infinity)
    await settle()
    expect(running(list)).toEqual([0, 1, 2, 3, 4, 5])
    for (const none of [0, 1.5, Number.NaN])
      expect(() => transfers.setLimit(none)).toThrow(expect.objectContaining({ code: 'TRANSFER_OPTION_INVALID' }))
    await transfers.close()
  })

  it('lends a slot while its holder waits for somebody else, who has it back at once', async () => {
    const transfers = createTransfers({ limit: 1 })
    const list = works(4)
    const [first] = list.map(({ work }, index) => transfers.run(String(index), work))
    await settle()
    const consumer = Promise.withResolvers<string>()
    const lent = list[0]?.context.lendSlot(() => consumer.promise)
    await settle()
    expect(running(list)).toEqual([0, 1])
    consumer.resolve('taken')
    expect(await lent).toBe('taken')
    // Two move now; the next comes when both have given theirs back.
    list[1]?.finish('done')
    await settle()
    expect(running(list)).toEqual([0, 1])
    list[0]?.finish('done')
    await settle()
    expect(running(list)).toEqual([0, 1, 2])
    expect(await first?.result()).toBe('done')
    // One that ends while its slot is lent gives back nothing twice.
    const never = list[2]?.context.lendSlot(() => new Promise<never>(() => undefined))
    await settle()
    expect(running(list)).toEqual([0, 1, 2, 3])
    list[2]?.finish('done')
    await settle()
    const [one, two] = works(2)
    if (one !== undefined) transfers.run('one', one.work)
    if (two !== undefined) transfers.run('two', two.work)
    await settle()
    expect([one?.running, two?.running]).toEqual([false, false])
    list[3]?.finish('done')
    await settle()
    expect([one?.running, two?.running]).toEqual([true, false])
    expect(never).toBeInstanceOf(Promise)
    await transfers.close()
  })

  it('calls the work at once, although its slot comes later', () => {
    const transfers = createTransfers({ limit: 1 })
    const list = works(2)
    list.forEach(({ work }, index) => transfers.run(String(index), work))
    expect(list.map(({ calls }) => calls)).toEqual([1, 1])
    return transfers.close()
  })

  it('lets the next start when a slot is given back early, and counts that once', async () => {
    const transfers = createTransfers({ limit: 1 })
    const list = works(3)
    const [first] = list.map(({ work }, index) => transfers.run(String(index), work))
    await settle()
    list[0]?.context.releaseSlot()
    list[0]?.context.releaseSlot()
    await settle()
    expect(running(list)).toEqual([0, 1])
    list[0]?.finish('done')
    await first?.result()
    await settle()
    expect(running(list)).toEqual([0, 1])
    await transfers.close()
  })

  it('lets a queued one whose watchers left leave the queue at once', async () => {
    const transfers = createTransfers({ limit: 1 })
    const list = works(3)
    const watches = list.map(({ work }, index) => transfers.run(String(index), work))
    await watches[1]?.release()
    await expect(list[1]?.context.started).rejects.toMatchObject({ code: 'TRANSFER_CANCELLED' })
    list[0]?.finish('done')
    await settle()
    expect(running(list)).toEqual([0, 2])
    await transfers.close()
  })

  it('keeps the slot of one that is being cancelled until it has stopped', async () => {
    const transfers = createTransfers({ limit: 1 })
    const stopped = Promise.withResolvers<void>()
    const leaving = transfers.run('slow to stop', async () => stopped.promise).release()
    const next = createControlledWork()
    transfers.run('next', next.work)
    await settle()
    expect(next.running).toBe(false)
    stopped.resolve()
    await leaving
    await settle()
    expect(next.running).toBe(true)
    await transfers.close()
  })

  it('gives nobody’s slot away when a queued work ends without having had one', async () => {
    const transfers = createTransfers({ limit: 1 })
    const list = works(2)
    list.forEach(({ work }, index) => transfers.run(String(index), work))
    await transfers.run('no slot needed', async () => 'done').result()
    await settle()
    expect(running(list)).toEqual([0])
    list[0]?.finish('done')
    await settle()
    expect(running(list)).toEqual([0, 1])
    await transfers.close()
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %s', (limit) => {
    expect(() => createTransfers({ limit })).toThrow(expect.objectContaining({ code: 'TRANSFER_OPTION_INVALID' }))
  })

  it('has no limit when that is Infinity', async () => {
    const transfers = createTransfers({ limit: Infinity })
    const list = works(50)
    list.forEach(({ work }, index) => transfers.run(String(index), work))
    await settle()
    expect(running(list)).toHaveLength(50)
    await transfers.close()
  })
})
