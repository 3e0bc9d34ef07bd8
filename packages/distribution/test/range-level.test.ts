import { expect, it } from 'vitest'
import { nextLevel, type RangeLevel } from '../src/range-level.ts'

const begin: RangeLevel = { requests: 1, rate: 0, settled: false }
/** How many requests there are after each rate that was measured. */
const after = (rates: readonly number[], most: number): readonly number[] => {
  let level = begin
  return rates.map((rate) => (level = nextLevel(level, rate, most)).requests)
}

it('tries one more for as long as it helps, and no more than allowed', () => {
  expect(after([10, 20, 30, 40, 50], 4)).toEqual([2, 3, 4, 4, 4])
})

it('takes the last one back that does not help, and tries no further', () => {
  expect(after([10, 20, 21, 100], 8)).toEqual([2, 3, 2, 2])
})

it('stays with one that is fast enough', () => {
  expect(after([50 * 1024 * 1024, 1e12, 1e12], 8)).toEqual([1, 1, 1])
})

it('stays with one where a second does not help', () => {
  expect(after([10, 11, 1000], 8)).toEqual([2, 1, 1])
})
