import { expect, it } from 'vitest'
import { createCatalogue } from '../../src/read/catalogue.ts'

it('keeps so many paths in memory and no more, those of links and of what is passed over too', () => {
  const catalogue = createCatalogue<undefined>()
  const name = 'x'.repeat(4000)
  const linkName = Buffer.alloc(4000, 'y')
  const fill = (): void => {
    for (let at = 0; at < 100_000; at++)
      catalogue.add(`${name}${at}`, { type: 'symlink', linkName, sparse: undefined }, undefined)
  }
  expect(fill).toThrow(expect.objectContaining({ code: 'ARCHIVE_TOO_LARGE', hint: expect.any(String) }))
})
