import { expect, it } from 'vitest'
import { createCatalogue } from '../../src/read/catalogue.ts'

it('keeps so many paths in memory and no more, those of links and of what is passed over too', () => {
  const catalogue = createCatalogue<undefined>()
  const name = 'x'.repeat(512 * 1024)
  const linkName = Buffer.alloc(512 * 1024, 'y')
  const fill = (): void => {
    for (let at = 0; at < 64; at++)
      catalogue.add(`${name}${at}`, { type: 'symlink', linkName, sparse: undefined }, undefined)
  }
  expect(fill).toThrow(expect.objectContaining({ code: 'ARCHIVE_TOO_LARGE', hint: expect.any(String) }))
})
