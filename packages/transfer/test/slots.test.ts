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
