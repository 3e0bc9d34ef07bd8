// pnpm torture kill|soak|cuts|planted: see docs/reliability.md.
import { parseArgs } from 'node:util'
import { runCuts } from './cuts/run.ts'
import { planted, type Planted } from './kill/planted.ts'
import { runKills } from './kill/run.ts'
import { soak } from './soak/run.ts'

const usage = `usage: pnpm torture kill [--count N] [--seed S] [--only SCENARIO]
       pnpm torture soak [--count N] [--seed S]
       pnpm torture cuts [--count N]
       pnpm torture planted [--seed S]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)

function numberOf(option: string, text: string): number {
  if (!/^[0-9]{1,10}$/.test(text)) throw new Error(`--${option} takes a number, not "${text}"`)
  return Number(text)
}

const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : numberOf('seed', values.seed)

/** Fails when the law was broken, or when the kills hit nobody. */
async function kill(): Promise<boolean> {
  const count = numberOf('count', values.count ?? '10000')
  const { kills, hits, violations } = await runKills({ count, seed, only: values.only, say })
  say(`${kills} kills, seed ${seed}: ${hits} of a living process, ${violations} violations`)
  return violations === 0 && hits >= 0.95 * kills
}

/** Fails when a fault of ours is not found: then the run above says nothing. */
async function plantAll(): Promise<boolean> {
  let found = 0
  const names = Object.keys(planted) as Planted[]
  for (const plant of names) {
    const { kills, violations } = await runKills({ count: 400, seed, only: 'pull over', plant, say: () => {} })
    say(`${plant}: ${violations === 0 ? 'NOT FOUND' : 'found'} in ${kills} kills`)
    if (violations > 0) found += 1
  }
  return found === names.length
}

const soakAll = (): Promise<boolean> => {
  const count = numberOf('count', values.count ?? '1000')
  return soak({ count, atOnce: count, seed, say })
}

const cuts = (): Promise<boolean> =>
  runCuts({ size: 100 * 1024 * 1024, cuts: numberOf('count', values.count ?? '50'), say })

const verbs: Readonly<Record<string, () => Promise<boolean>>> = { kill, soak: soakAll, cuts, planted: plantAll }
const verb = verbs[positionals.length === 1 ? (positionals[0] ?? '') : '']
if (verb === undefined) {
  say(usage)
  process.exitCode = 2
} else if (!(await verb())) process.exitCode = 1
