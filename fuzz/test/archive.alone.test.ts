import { expect, it } from 'vitest'
import { atScale } from '../../test/support/scale.ts'
import { runWaitingTarget } from '../run-waiting-target.ts'
import { archive } from '../targets/archive.ts'

const seed = Number(process.env['LADING_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

it(`'archive', seed ${seed}`, { timeout: 600_000 }, async () => {
  const { findings } = await runWaitingTarget(archive, { runs: atScale(30, 10_000), seed })
  expect(findings.map(({ run, what }) => `pnpm fuzz archive --seed ${seed} --only ${run}: ${what}`)).toEqual([])
})

it('finds what does not hold in a target that waits', async () => {
  const target = {
    ...archive,
    async check(input: Uint8Array) {
      await Promise.resolve()
      if (input.length % 2 === 0) throw new TypeError('not ours')
    },
  }
  const { findings } = await runWaitingTarget(target, { runs: 20, seed: 1 })
  expect(findings[0]).toMatchObject({ what: 'TypeError: not ours' })
})
