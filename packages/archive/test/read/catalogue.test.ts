import { expect, it } from 'vitest'
import { createCatalogue } from '../../src/read/catalogue.ts'

it.each([
  ['short paths', 'x', 'y', 20],
  ['long paths', 'x'.repeat(1000), 'y', 3],
  ['long targets of links', 'x', 'y'.repeat(1000), 3],
])('keeps so many %s in memory and no more', (_, path, target, fits) => {
  const catalogue = createCatalogue<undefined>(4100)
  const add = (at: number): void =>
    catalogue.add(`${path}${at}`, { type: 'symlink', linkName: Buffer.from(target), sparse: undefined }, undefined)
  for (let at = 0; at < fits; at++) add(at)
  expect(() => add(fits)).toThrow(expect.objectContaining({ code: 'ARCHIVE_TOO_LARGE', hint: expect.any(String) }))
})
