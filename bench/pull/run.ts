// pnpm bench NAME: see ../run.ts. LADING_BENCH_MB (default 500): compressed size of `big`. LADING_BENCH_ROUNDS (default 5).
// LADING_BENCH_DIR: where images are kept. LADING_BENCH_JSON: a file for all that was measured.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cases, type Case } from './cases.ts'
import type { CommandLine } from './contestants.ts'
import { measure, type Measured } from './measure.ts'
import { pushImage, startRegistry } from './registry.ts'
import { startRelay, type Relay } from './relay.ts'
import { loadNow, machine, tableOf, type Report, type Row } from './report.ts'

const rounds = Number(process.env['LADING_BENCH_ROUNDS'] ?? 5)
const folder = process.env['LADING_BENCH_DIR'] ?? join(tmpdir(), 'lading-bench')
const json = process.env['LADING_BENCH_JSON']

const home = join(folder, 'home')
const ran = ([program, ...args]: CommandLine): Promise<Measured> =>
  measure(program, args, { HOME: home, XDG_CACHE_HOME: join(home, '.cache'), LADING_HOSTS: 'off' })

async function measured(name: string, { what, image, runs }: Case): Promise<Report> {
  const served = await image(folder)
  const registry = await startRegistry(folder)
  const relay = await startRelay(registry.host)
  const load = loadNow()
  const all = new Map<string, { readonly rounds: Measured[]; sent: ReturnType<Relay['counted']> }>()
  try {
    await pushImage(registry.host, 'bench/pull', name, served)
    // The first round counts, and warms the page cache for everybody alike.
    for (let round = 0; round <= rounds; round += 1) {
      const reference = `${(round === 0 ? relay : registry).host}/bench/pull:${name}`
      // Each in a directory of its own: one that was just emptied is slow on some file systems.
      const targets = await mkdtemp(join(folder, 'targets-'))
      for (const [at, [who, run]] of Object.entries(runs).entries()) {
        const target = join(targets, String(at))
        for (const command of run.before?.(reference, target) ?? []) await ran(command)
        relay.counted()
        const found = await ran(run.measured(reference, target))
        if (round === 0) all.set(who, { rounds: [], sent: relay.counted() })
        else all.get(who)?.rounds.push(found)
      }
      await rm(targets, { recursive: true, force: true })
    }
  } finally {
    await relay.close()
    await registry.close()
  }
  const rows: readonly Row[] = [...all].map(([who, row]) => ({ name: who, ...row }))
  return { name, what, date: new Date().toISOString(), machine: machine(), load: [load, loadNow()], rows }
}

await mkdir(home, { recursive: true })
const reports: Report[] = []
for (const [name, one] of Object.entries(cases).filter(([each]) => process.argv.slice(2).includes(each))) {
  const report = await measured(name, one)
  reports.push(report)
  process.stdout.write(`${tableOf(report)}\n`)
}
if (json !== undefined) await writeFile(json, `${JSON.stringify(reports, undefined, 2)}\n`)
