import { expect, it } from 'vitest'
import { joinedSync } from '../src/joined-sync.ts'

it('is one for all who ask before it begins, and another for those who ask later', async () => {
  const begun: PromiseWithResolvers<void>[] = []
  const ask = joinedSync(() => {
    const sync = Promise.withResolvers<void>()
    begun.push(sync)
    return sync.promise
  })
  const [one, two] = [ask(), ask()]
  await Promise.resolve()
  await Promise.resolve()
  expect(begun).toHaveLength(1)
  const three = ask()
  expect(ask()).toBe(three)
  begun[0]?.resolve()
  await Promise.all([one, two])
  await Promise.resolve()
  expect(begun).toHaveLength(2)
  const broken = new Error('the disk')
  begun[1]?.reject(broken)
  await expect(three).rejects.toBe(broken)
  const four = ask()
  await Promise.resolve()
  begun.at(-1)?.resolve()
  await four
  expect(begun).toHaveLength(3)
})
