// pnpm fuzz TARGET|all [--runs N] [--seed S] [--only RUN]: see fuzz/README.md.
import { parseArgs } from 'node:util'
import { runTarget, type FoundInput } from './run-target.ts'
import { runWaitingTarget } from './run-waiting-target.ts'
import { targets, waitingTargets } from './targets/index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string' }, only: { type: 'string' } },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)

function numberOf(option: 'runs' | 'seed' | 'only', text: string): number {
  if (!/^[0-9]{1,10}$/.test(text)) throw new Error(`--${option} takes a number, not "${text}"`)
  return Number(text)
}

function tell(target: string, seed: number, { run, what, input }: FoundInput): void {
  say(`  ${what}`)
  say(`  the input (${input.length} bytes): ${JSON.stringify(Buffer.from(input).toString('latin1').slice(0, 300))}`)
  if (input.length <= 400)
    say(`  to keep it: printf %s ${Buffer.from(input).toString('base64')} | base64 -d > fuzz/corpus/${target}/NAME`)
  say(
    typeof run === 'number'
      ? `  again: pnpm fuzz ${target} --seed ${seed} --only ${run}`
      : `  again: it is fuzz/corpus/${target}/${run}`,
  )
}

const [wanted] = positionals
const isChosen = ({ name }: { readonly name: string }): boolean => wanted === 'all' || name === wanted
const chosen = targets.filter(isChosen)
const waiting = waitingTargets.filter(isChosen)
if (chosen.length + waiting.length === 0) {
  say(
    `usage: pnpm fuzz TARGET|all [--runs N] [--seed S] [--only RUN]\ntargets: ${[...targets, ...waitingTargets].map(({ name }) => name).join(', ')}`,
  )
  process.exitCode = 2
}
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : numberOf('seed', values.seed)
const options = {
  runs: numberOf('runs', values.runs),
  seed,
  only: values.only === undefined ? undefined : numberOf('only', values.only),
}
const secondsSince = (began: number): string => ((performance.now() - began) / 1000).toFixed(1)
for (const target of chosen) {
  const began = performance.now()
  const { runs, findings, stepsPerByte } = runTarget(target, options)
  say(
    `${target.name}: ${runs} runs, seed ${seed}, ${findings.length} findings, ${stepsPerByte.toFixed(0)} steps a byte at most, ${secondsSince(began)} s`,
  )
  for (const found of findings) tell(target.name, seed, found)
  if (findings.length > 0) process.exitCode = 1
}
for (const target of waiting) {
  const began = performance.now()
  const { runs, findings } = await runWaitingTarget(target, options)
  say(`${target.name}: ${runs} runs, seed ${seed}, ${findings.length} findings, ${secondsSince(began)} s`)
  for (const found of findings) tell(target.name, seed, found)
  if (findings.length > 0) process.exitCode = 1
}
