import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { enlarged, needs, type Need } from '../../test/support/needs.ts'
import { excessOf, type Counts } from '../guard/compare.ts'
import { countAll } from '../guard/count.ts'
import { instructionsOf } from '../guard/instructions.ts'
import { builtCli } from '../support/lading.ts'

const built: Need = () => (existsSync(builtCli) ? undefined : 'the CLI is not built (pnpm build)')

describe('the guard by instructions', () => {
  it('lets pass what is within a tenth of the table, and less', () => {
    expect(excessOf({ pull: 1000, push: 200 }, { pull: 1100, push: 20 })).toEqual([])
  })

  it('names what takes more, and what the table does not know', () => {
    expect(excessOf({ pull: 1000, push: 200 }, { pull: 1101, push: 200, load: 5 })).toEqual([
      'pull: 1101 million instructions, 10.1 % more than the 1000 of the table',
      'load: 5 million instructions, and the table has none',
    ])
  })
})

describe('counted by valgrind', needs('valgrind', enlarged, built), () => {
  it('counts what work costs, and the same each time', async () => {
    const loop = (turns: number): readonly string[] => [
      '-e',
      `let s = 0; for (let i = 0; i < ${turns}; i++) s ^= i * s`,
    ]
    const [little, again, much] = [
      await instructionsOf(loop(1)),
      await instructionsOf(loop(1)),
      await instructionsOf(loop(1e7)),
    ]
    expect(Math.abs(again / little - 1)).toBeLessThan(0.01)
    expect(much - little).toBeGreaterThan(1e7)
  })

  it('no command takes a tenth more than before', async () => {
    const table = JSON.parse(await readFile(new URL('../guard/table.json', import.meta.url), 'utf8')) as Counts
    const excess = excessOf(table, await countAll())
    expect(excess, 'if it is worth it: LADING_BENCH_WRITE=1 npx -y pnpm@12 bench guard').toEqual([])
  }, 900_000)
})
