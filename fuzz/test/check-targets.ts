import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { atScale } from '../../test/support/scale.ts'
import { runTarget } from '../run-target.ts'
import { targets } from '../targets/index.ts'

const seed = Number(process.env['LADING_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

/** A test for each named target. They are spread over files so that they use more than one core. */
export function checkTargets(...names: readonly string[]): void {
  it.each(names)(
    `%s, seed ${seed}`,
    (name) => {
      const target = targets.find((one) => one.name === name)
      if (target === undefined) throw new Error(`there is no target ${name}`)
      expect(existsSync(new URL(`../corpus/${name}`, import.meta.url))).toBe(true)
      const { findings } = runTarget(target, { runs: atScale(150, 50_000), seed })
      expect(
        findings.map(
          ({ run, what, input }) =>
            `pnpm fuzz ${name} --seed ${seed} --only ${run}: ${what} ${Buffer.from(input).toString('base64').slice(0, 400)}`,
        ),
      ).toEqual([])
    },
    600_000,
  )
}
