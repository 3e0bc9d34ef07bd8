import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom, type Random } from '../../fuzz/random.ts'
import { inLanes } from '../in-lanes.ts'
import { killOnce, look, type Bounds, type Kill } from './one-kill.ts'
import { runs, type Scenario } from './scenarios.ts'
import { spawnVictim } from './spawn-victim.ts'
import { copyOf, prepareScene, type Scene } from './templates.ts'

export interface KillRun {
  /** How many, over all scenarios; a third of them beside another process. */
  readonly count: number
  readonly seed: number
  /** Of this scenario alone. */
  readonly only?: string | undefined
  /** Ends after so many violations, and keeps nothing. Default: never before the end, and roots against the law are kept. */
  readonly enough?: number | undefined
  readonly say: (line: string) => void
}

export interface KillResult {
  readonly kills: number
  /** Of a living process. */
  readonly hits: number
  readonly violations: readonly string[]
}

/** Whoever stands still while another one is killed. */
const neighbours: readonly Scenario[] = ['pull over an older image', 'prune']
/** A victim beside which another one removes what it needs may be told so, and that is no failure of the store. */
const besideOthers: readonly Scenario[] = [
  'pull into a new root',
  'pull over an older image',
  'resume what was cut off',
  'rmi',
  'prune',
]

/** Kills, judges, tells of each scenario. */
export async function runKills({ count, seed, only, enough, say }: KillRun): Promise<KillResult> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-torture-'))
  const random = createRandom(seed)
  const scene = await prepareScene(folder)
  const scenarios = (Object.keys(runs) as Scenario[]).filter((name) => only === undefined || name.startsWith(only))
  const share = Math.ceil(count / scenarios.length)
  const violations: string[] = []
  let [kills, hits] = [0, 0]
  try {
    for (const scenario of scenarios) {
      const { calls, bounds } = await measure(scene, scenario, folder)
      const plan = planOf(scenario, { calls, share, random })
      let hit = 0
      const wrong: string[] = []
      await inLanes(plan, async (kill) => {
        if (enough !== undefined && violations.length + wrong.length >= enough) return
        kills += 1
        const outcome = await killOnce(scene, kill, folder, bounds)
        if (outcome.hit) hit += 1
        if (outcome.violations.length > 0)
          wrong.push(`  ${JSON.stringify(kill)}\n    ${outcome.violations.join('\n    ')}\n    kept: ${outcome.root}`)
      })
      say(`${scenario}: ${calls} calls, ${plan.length} kills, ${hit} of a living process, ${wrong.length} violations`)
      for (const line of wrong) say(line)
      hits += hit
      violations.push(...wrong)
    }
  } finally {
    await scene.registry.close()
    if (violations.length === 0 || enough !== undefined) await rm(folder, { recursive: true })
  }
  return { kills, hits, violations }
}

/** How many calls the scenario makes, and what is before and after it. */
async function measure(
  { registry, templates }: Scene,
  scenario: Scenario,
  folder: string,
): Promise<{ calls: number; bounds: Bounds }> {
  const root = await copyOf(templates[scenario], join(folder, 'measured', scenario.replaceAll(' ', '-')))
  const before = look(root, true)
  const { calls, said } = await spawnVictim({ root, host: registry.host, scenario })
  if (calls === 0) throw new Error(`${scenario} does not work at all: ${said}`)
  return { calls, bounds: { before, after: look(root, true) } }
}

/** At each call in turn, from one that the seed decides; every third beside another process. */
function planOf(
  scenario: Scenario,
  { calls, share, random }: { readonly calls: number; readonly share: number; readonly random: Random },
): readonly Kill[] {
  // A few fewer than were counted: how much is written at a time is a matter of pace.
  const last = Math.max(1, Math.floor(calls * 0.96))
  const first = random.below(last)
  return Array.from({ length: share }, (_, at) => {
    const killAt = 1 + ((first + Math.floor((at * Math.max(last, share)) / share)) % last)
    const beside = besideOthers.includes(scenario) && at % 3 === 2
    // What makes fewer calls beside another one is killed in time all the same.
    if (!beside) return { scenario, killAt }
    const neighbour = random.pick(neighbours)
    return {
      scenario,
      killAt: 1 + (killAt % Math.ceil(calls / 3)),
      beside: { scenario: neighbour, pauseAt: 1 + random.below(60) },
    }
  })
}
