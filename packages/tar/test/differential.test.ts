import { expect, it } from 'vitest'
import { createRandom } from '../../../fuzz/random.ts'
import { needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { differences, readOrRefuse } from './support/compare.ts'
import { hostileArchive } from './support/hostile.ts'
import { listAll } from './support/lists.ts'

const seed = Number(process.env['LADING_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

it(
  `what is read of hostile archives, GNU tar, libarchive and Python read too, seed ${seed}`,
  { ...needs('tar', 'bsdtar', 'python3'), timeout: 300_000 },
  () => {
    const archives = Array.from({ length: atScale(25, 2000) }, (_, index) => hostileArchive(createRandom(seed, index)))
    const lists = listAll(archives)
    const found = archives.flatMap((archive, index) =>
      differences(archive, lists[index] as (typeof lists)[number]).map(
        (difference) => `archive ${index} of seed ${seed}: ${difference}`,
      ),
    )
    expect(found).toEqual([])
    // Of archives that are refused alone, nothing would be compared.
    expect(archives.filter((archive) => 'entries' in readOrRefuse(archive)).length).toBeGreaterThan(
      archives.length / 10,
    )
  },
)
