import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inLanes } from '../in-lanes.ts'
import { runs, type Scenario } from '../kill/scenarios.ts'
import { prepareScene } from '../kill/templates.ts'
import { cutOnce } from './one-cut.ts'
import { record } from './record.ts'

export interface PowerRun {
  /** States, over all scenarios. */
  readonly count: number
  readonly seed: number
  /** Of this scenario alone. */
  readonly only?: string | undefined
  /** This state alone, by the number with which it was told. */
  readonly state?: number | undefined
  /** Ends after so many violations. Default: never before the end. */
  readonly enough?: number | undefined
  readonly say: (line: string) => void
}

export interface PowerResult {
  readonly states: number
  /** Of them, disks that no earlier one was like. */
  readonly distinct: number
  readonly violations: readonly string[]
}

/** Disks that a power cut may leave in the middle of all that changes a store: each held to the law, and gone on with. */
export async function runPower({ count, seed, only, state, enough = Infinity, say }: PowerRun): Promise<PowerResult> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-power-'))
  const scene = await prepareScene(folder, 200_000)
  const violations: string[] = []
  let [states, distinct] = [0, 0]
  try {
    const scenarios = (Object.keys(runs) as Scenario[]).filter((name) => only === undefined || name.startsWith(only))
    const share = Math.ceil(count / scenarios.length)
    for (const scenario of scenarios) {
      const recorded = await record(scene, scenario, folder)
      const seen = new Set<string>()
      const isNew = (hash: string): boolean => seen.size < seen.add(hash).size
      const found: string[] = []
      let made = 0
      const numbers = state === undefined ? Array.from({ length: share }, (_, number) => number) : [state]
      await inLanes(numbers, async (number) => {
        if (violations.length + found.length >= enough) return
        made += 1
        const place = join(folder, `state-${number}`)
        for (const what of await cutOnce(recorded, { seed, number, place, host: scene.registry.host, isNew }))
          found.push(`${scenario}, --seed ${seed} --state ${number}: ${what}`)
      })
      say(
        `${scenario}: ${recorded.fs.log.length} steps, ${made} states, ${seen.size} of them distinct, ${found.length} violations`,
      )
      for (const what of found.slice(0, 20)) say(`  ${what}`)
      states += made
      distinct += seen.size
      violations.push(...found)
    }
  } finally {
    await scene.registry.close()
    await rm(folder, { recursive: true })
  }
  return { states, distinct, violations }
}
