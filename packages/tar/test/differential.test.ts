import { expect, it } from 'vitest'
import { createRandom } from '../../../fuzz/random.ts'
import { needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { differences, readOrRefuse } from './support/compare.ts'
import { hostileArchive } from './support/hostile.ts'
import { listAll } from './support/lists.ts'
import { mutated } from './support/mutated.ts'

/** Fixed: what three other programs disagree on is without end, and LADING_TEST_SEED looks for more of it. */
const seed = Number(process.env['LADING_TEST_SEED'] ?? 1)
const programs = { ...needs('tar', 'bsdtar', 'python3'), timeout: 300_000 }

/** Of what is refused there is nothing to compare. */
function expectSameOf(archives: readonly Buffer[], least: number): void {
  const read = archives.filter((archive) => 'entries' in readOrRefuse(archive))
  const lists = listAll(read)
  expect(
    read.flatMap((archive, index) =>
      differences(archive, lists[index] as (typeof lists)[number]).map(
        (difference) => `archive ${archives.indexOf(archive)} of seed ${seed}: ${difference}`,
      ),
    ),
  ).toEqual([])
  // Were almost all refused, little would have been compared.
  expect(read.length).toBeGreaterThan(archives.length * least)
}

it(`what is read of hostile archives, GNU tar, libarchive and Python read too, seed ${seed}`, programs, () => {
  expectSameOf(
    Array.from({ length: atScale(30, 2000) }, (_, index) => hostileArchive(createRandom(seed, index))),
    0.05,
  )
})

it(`what is read of mutated archives, GNU tar, libarchive and Python read too, seed ${seed}`, programs, () => {
  const archives = Array.from({ length: 200 }, (_, index) => hostileArchive(createRandom(seed, index)))
  const good = archives.filter((archive) => 'entries' in readOrRefuse(archive))
  expectSameOf(
    Array.from({ length: atScale(60, 4000) }, (_, index) => mutated(createRandom(seed, index), good)),
    0,
  )
})
