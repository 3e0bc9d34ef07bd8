// pnpm bench NAME: see ../run.ts. LADING_BENCH_MB (default 500, of one layer 2000), LADING_BENCH_ROUNDS (default 5, less
// where each takes long), LADING_BENCH_ONLY (names of programs beside lading, by commas). LADING_BENCH_DIR: where images are
// kept. LADING_BENCH_TARGETS: where they are pulled to. LADING_BENCH_JSON: a file for all that was measured.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandLine } from '../support/lading.ts'
import { measure, type Measured } from '../support/measure.ts'
import { loadNow, machine, tableOf, writeJson, type Report, type Row } from '../support/report.ts'
import { folder, rounds, say, targets } from '../support/settings.ts'
import { cases, type Case, type Run } from './cases.ts'
import type { Asked } from './contestants.ts'
import { serve } from './serve.ts'

const home = join(folder, 'home')

async function measured(name: string, one: Case): Promise<Report> {
  const images = await one.images(folder)
  const [image] = Object.values(images)
  if (image === undefined) throw new Error(`nothing is served for ${name}`)
  await using served = await serve(images, one)
  const ran = ([program, ...args]: CommandLine): Promise<Measured> =>
    measure(program, args, { HOME: home, XDG_CACHE_HOME: join(home, '.cache'), LADING_HOSTS: 'off', ...served.trust })
  const load = loadNow()
  const rows = Object.entries(one.runs).map(([who, run]) => ({
    name: who,
    run,
    rounds: [] as Measured[],
    sent: served.counted(),
    failed: [] as string[],
  }))
  // The first round counts, and warms the page cache for everybody alike.
  for (let round = 0; round <= rounds(one.rounds ?? 5); round += 1) {
    const reference = served.references[round === 0 ? 'counted' : 'timed']
    // Each in a directory of its own: one that was just emptied is slow on some file systems.
    const directory = await mkdtemp(join(targets, 'targets-'))
    for (const [at, row] of rows.entries()) {
      // Whoever could not do it the first time is not asked again.
      if (row.failed.length > 0 && row.rounds.length === 0) continue
      const asked = { reference, tls: one.tls === true, image, target: join(directory, String(at)) }
      const outcome = await attempt(row.run, asked, { ran, ready: served.counted })
      if (typeof outcome === 'string') row.failed.push(outcome)
      else if (round > 0) row.rounds.push(outcome)
      if (round === 0) row.sent = served.counted()
    }
    await rm(directory, { recursive: true, force: true })
  }
  return {
    name,
    what: one.what,
    date: new Date().toISOString(),
    machine: machine(targets),
    load: [load, loadNow()],
    rows: rows.map(({ name: who, rounds: all, sent, failed }): Row => ({ name: who, rounds: all, sent, failed })),
  }
}

/** What it took, or what it said when it failed. */
async function attempt(
  { before, measured: command, after }: Run,
  asked: Asked,
  { ran, ready }: { readonly ran: (command: CommandLine) => Promise<Measured>; readonly ready: () => unknown },
): Promise<Measured | string> {
  try {
    for (const each of before?.(asked) ?? []) await ran(each)
    ready()
    return await ran(command(asked))
  } catch (error) {
    return error instanceof Error ? lastLine(error.message) : String(error)
  } finally {
    if (after !== undefined) await ran(after(asked))
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? ''

await mkdir(home, { recursive: true })
const reports: Report[] = []
for (const [name, one] of Object.entries(cases).filter(([each]) => process.argv.slice(2).includes(each))) {
  if (one.unable !== undefined) {
    say(`${name}: ${one.unable}`)
    continue
  }
  const report = await measured(name, one)
  reports.push(report)
  say(tableOf(report))
}
await writeJson(reports)
// That a peer fails is a finding; that we do is a fault.
if (reports.some(({ rows }) => rows.some(({ name, failed }) => name.startsWith('lading') && failed.length > 0)))
  process.exitCode = 1
