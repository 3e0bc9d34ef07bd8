// pnpm torture kill|power|snapshots|faults|planted|rot|race|soak|cuts|archives|fleet: see docs/reliability.md.
import { parseArgs } from 'node:util'
import { runArchives } from './archives/run.ts'
import { runCuts } from './cuts/run.ts'
import { runFaults } from './faults/run.ts'
import { tellFleet } from './fleet/run.ts'
import { runKills } from './kill/run.ts'
import { runPlanted } from './planted/run.ts'
import { runPower } from './power/run.ts'
import { runRace } from './race/run.ts'
import { runRot } from './rot/run.ts'
import { runSnapshots } from './snapshots/run.ts'
import { soak } from './soak/run.ts'

const usage = `usage: pnpm torture kill [--count N] [--seed S] [--only SCENARIO]
       pnpm torture power [--count N] [--seed S] [--only SCENARIO] [--state N]
       pnpm torture snapshots [--count N] [--seed S]
       pnpm torture faults [--count N] [--seed S] [--only VERB]
       pnpm torture planted [--seed S]
       pnpm torture rot [--count N] [--seed S]
       pnpm torture race [--seconds N] [--seed S]
       pnpm torture soak [--count N] [--seed S]
       pnpm torture cuts [--count N]
       pnpm torture archives [--count N]
       pnpm torture fleet [--count N] [--seed S]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    state: { type: 'string' },
    planted: { type: 'boolean' },
  },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)

function numberOf(option: string, text: string): number {
  if (!/^[0-9]{1,10}$/.test(text)) throw new Error(`--${option} takes a number, not "${text}"`)
  return Number(text)
}

const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : numberOf('seed', values.seed)
const countOr = (usual: number): number => (values.count === undefined ? usual : numberOf('count', values.count))

/** Fails when the law was broken, or when the kills hit nobody. */
async function kill(): Promise<boolean> {
  const { kills, hits, violations } = await runKills({ count: countOr(10_000), seed, only: values.only, say })
  say(`${kills} kills, seed ${seed}: ${hits} of a living process, ${violations.length} violations`)
  return kills > 0 && violations.length === 0 && hits >= 0.95 * kills
}

async function power(): Promise<boolean> {
  const state = values.state === undefined ? undefined : numberOf('state', values.state)
  const { states, distinct, violations } = await runPower({
    count: countOr(50_000),
    seed,
    only: values.only,
    state,
    say,
  })
  say(`${states} states, seed ${seed}: ${distinct} of them distinct, ${violations.length} violations`)
  return states > 0 && violations.length === 0
}

const verbs: Readonly<Record<string, () => Promise<boolean>>> = {
  kill,
  power,
  snapshots: () => runSnapshots({ count: countOr(100), seed, say }),
  faults: () => runFaults({ count: countOr(10_000), seed, only: values.only, say }),
  planted: () => runPlanted({ seed, say }),
  rot: () => runRot({ count: countOr(1_000), seed, say }),
  race: () => runRace({ seconds: numberOf('seconds', values.seconds ?? '60'), seed, say }),
  soak: () => soak({ count: countOr(1_000), atOnce: countOr(1_000), seed, say }),
  cuts: () => runCuts({ size: 100 * 1024 * 1024, cuts: countOr(50), say }),
  archives: () => runArchives({ count: countOr(100_000), say }),
  fleet: () => tellFleet({ count: countOr(1_000), seed, say }),
}
const [name = '', ...more] = values.planted === true ? ['planted', ...positionals] : positionals
const verb = more.length === 0 ? verbs[name] : undefined
if (verb === undefined) {
  say(usage)
  process.exitCode = 2
} else if (!(await verb())) process.exitCode = 1
