// pnpm bench:copy: one image pushed from disk, pushed again, and copied from registry to registry, in turn by lading and,
// where they are installed (LADING_GO_BIN), crane, oras, regctl and skopeo: wall, CPU, memory, and requests of a small image.
// LADING_BENCH_MB (default 824), LADING_BENCH_ROUNDS (default 3), LADING_BENCH_DIR, LADING_BENCH_ONLY (names, by commas), LADING_BENCH_JSON.
import { mkdir, rm } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { sizeOf } from '../support/image/image.ts'
import { machineFiles } from '../support/image/machine-files.ts'
import { measure, median, type Measured } from '../support/measure.ts'
import { cli } from '../support/lading.ts'
import { writeJson } from '../support/report.ts'
import * as settings from '../support/settings.ts'
import { say } from '../support/settings.ts'
import { pushImage, startRegistry, type BenchRegistry } from '../support/registry.ts'
import { contestants, type Contestant } from './contestants.ts'
import { tellRequests } from './requests.ts'

const megabytes = settings.megabytes(824)
const rounds = settings.rounds(3)
const folder = settings.folder

const root = join(folder, 'store')
const measured: Record<string, readonly Measured[]> = {}
const env = { LADING_HOSTS: 'off', LADING_ROOT: root }
const lading = (...args: readonly string[]): Promise<Measured> => measure(process.execPath, [...cli, ...args], env)
await mkdir(folder, { recursive: true })
say(`building an image of at least ${megabytes} MB in ${folder} (kept for the next run) ...`)
const image = await machineFiles(join(folder, `gzip-${megabytes}`), { size: { compressedBytes: megabytes * 1e6 } })
const size = sizeOf(image)
const origin = await startRegistry(join(folder, 'origin'))
const target = join(folder, 'pushed')
await rm(target, { recursive: true, force: true })
const registry: BenchRegistry = await startRegistry(target)
const from = `${origin.host}/bench/pull:1`
const named = `${registry.host}/bench/push:1`
const layout = join(folder, 'one')
const only = process.env['LADING_BENCH_ONLY']?.split(',')
const all = Object.fromEntries(
  Object.entries(contestants(folder, lading)).filter(([name]) => name === 'lading' || only?.includes(name) !== false),
)
try {
  await pushImage(origin.host, 'bench/pull', '1', image)
  await rm(root, { recursive: true, force: true })
  await rm(layout, { recursive: true, force: true })
  await lading('copy', '-q', from, `store:${named}`)
  await lading('copy', '-q', from, `oci:${layout}:1`)
  say(
    `${(size / 1e6).toFixed(0)} MB, ${image.layers.length} layers, ${registry.name} on loopback; Node ${process.versions.node}, ${cpus().length} cores, ${rounds} rounds\n`,
  )
  say(`${'median of the rounds'.padEnd(34)}${'wall s'.padStart(10)}${'CPU s'.padStart(10)}${'peak MiB'.padStart(10)}`)
  const nodes = await inTurn({ 'node -e 0': () => measure(process.execPath, ['-e', '0']) }, false)
  tell('', nodes)
  tell(
    'push: ',
    await inTurn(
      each((one) => one.push(layout, named)),
      true,
    ),
  )
  tell(
    'push, all of it there: ',
    await inTurn(
      each((one) => one.push(layout, named)),
      false,
    ),
    nodes,
  )
  tell(
    'registry to registry: ',
    await inTurn(
      each((one) => one.copy(from, named)),
      true,
    ),
  )
  tell(
    'the same, all of it there: ',
    await inTurn(
      each((one) => one.copy(from, named)),
      false,
    ),
    nodes,
  )
  await tellRequests(folder, all, { lading, say })
  await writeJson(measured)
} finally {
  await registry.close()
  await origin.close()
  await rm(target, { recursive: true, force: true })
}

type Runs = Readonly<Record<string, () => Promise<Measured>>>

function each(run: (one: Contestant) => Promise<Measured>): Runs {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, () => run(one)]))
}

/** Each in each round; one uncounted round warms the page cache for everybody alike. */
async function inTurn(runs: Runs, empty: boolean): Promise<ReadonlyMap<string, readonly Measured[]>> {
  const results = new Map<string, Measured[]>(Object.keys(runs).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(runs)) {
      // What a registry keeps; it looks for it anew each time.
      if (empty) await rm(join(target, 'registry', 'data', 'docker'), { recursive: true, force: true })
      const found = await run()
      if (round > 0) results.get(name)?.push(found)
    }
  }
  return results
}

/** Medians, and what ours are beside each other's; the machine's load with them, since it is part of every number. */
function tell(
  title: string,
  results: ReadonlyMap<string, readonly Measured[]>,
  nodes?: ReadonlyMap<string, readonly Measured[]>,
): void {
  const of = (runs: readonly Measured[] | undefined, what: (run: Measured) => number): number =>
    median((runs ?? []).map(what))
  const [ours] = results.values()
  for (const [name, runs] of results) measured[`${title}${name}`] = runs
  for (const [name, runs] of results) {
    const cells = [
      of(runs, ({ wall }) => wall).toFixed(2),
      of(runs, ({ cpu }) => cpu).toFixed(2),
      of(runs, ({ peak }) => peak).toFixed(0),
    ]
    const ratio = (what: (run: Measured) => number): string => (of(ours, what) / of(runs, what)).toFixed(2)
    const beside = runs === ours ? '' : `   ours: ${ratio(({ wall }) => wall)} x wall, ${ratio(({ cpu }) => cpu)} x CPU`
    say(`${`${title}${name}`.padEnd(34)}${cells.map((cell) => cell.padStart(10)).join('')}${beside}`)
  }
  if (results.size > 1)
    say(
      `${''.padEnd(34)}load ${loadavg()
        .map((load) => load.toFixed(1))
        .join(' ')}`,
    )
  const node = of(nodes?.values().next().value, ({ wall }) => wall)
  if (nodes !== undefined) say(`${''.padEnd(34)}ours: ${(of(ours, ({ wall }) => wall) / node).toFixed(1)} bare Nodes`)
}
