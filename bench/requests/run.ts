// pnpm bench:requests: how many requests, connections and round trips a pull takes, by lading and, where installed, skopeo,
// from the same test registry behind a line with 50 ms a round trip. The CLI is the built one, if there is one.
// LADING_BENCH_ROUNDS (default 5).
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, startTestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { missing, pathOf } from '../../test/support/real-parts.ts'
import { openLine } from '../support/line.ts'
import { measure, median } from '../support/measure.ts'
import { cli } from '../support/lading.ts'
import * as settings from '../support/settings.ts'
import { say } from '../support/settings.ts'
import { count, type Counted } from './count.ts'
import { limitedRate } from './limited-rate.ts'

const rounds = settings.rounds(5)
const roundTripMs = 50
/** Long enough that what else the machine does is small beside it: what is waited for is counted by it. */
const longRoundTripMs = 400

interface Row extends Counted {
  readonly connections: number
  readonly ms: number
  /** Beyond what the same takes without the line's delay, in round trips. */
  readonly roundTrips: number
}

async function pulls(folder: string, auth: TestRegistryOptions['auth'], again: boolean): Promise<Map<string, Row>> {
  const registry = await startTestRegistry({ auth })
  const app = await registry.seed(image('team/app:1').layer({ a: 'one' }).layer({ b: 'two' }).layer({ c: 'three' }))
  const layers = app.layers.map(({ digest }) => digest)
  const rows = new Map<string, Row>()
  const target = join(folder, 'target')
  const lines = {
    quick: await openLine(registry.host, { roundTripMs: 0 }),
    slow: await openLine(registry.host, { roundTripMs: roundTripMs }),
    slowest: await openLine(registry.host, { roundTripMs: longRoundTripMs }),
  }
  const contestants: Record<string, (host: string) => Promise<unknown>> = {
    lading: (host) => measure(process.execPath, [...cli, 'pull', '-q', '--root', target, `${host}/team/app:1`]),
  }
  if (!missing('skopeo'))
    contestants['skopeo'] = (host) =>
      measure(pathOf('skopeo'), [
        '--insecure-policy',
        'copy',
        '-q',
        '--src-tls-verify=false',
        `docker://${host}/team/app:1`,
        `oci:${target}:1`,
      ])
  try {
    for (const [name, run] of Object.entries(contestants)) {
      const walls: Record<keyof typeof lines, number[]> = { quick: [], slow: [], slowest: [] }
      let counted: Counted = { lines: [], beforeLayer: 0 }
      let connections = 0
      for (let round = 0; round <= rounds; round += 1) {
        for (const line of ['quick', 'slow', 'slowest'] as const) {
          await rm(target, { recursive: true, force: true })
          if (again) await run(lines[line].host)
          registry.journal.clear()
          lines[line].connections()
          const began = performance.now()
          await run(lines[line].host)
          if (round > 0) walls[line].push(performance.now() - began)
          connections = lines[line].connections()
          counted = count(registry.journal.entries, layers)
        }
      }
      rows.set(name, {
        ...counted,
        connections,
        ms: median(walls.slow),
        roundTrips: (median(walls.slowest) - median(walls.quick)) / longRoundTripMs,
      })
    }
  } finally {
    await Promise.all(Object.values(lines).map((line) => line.close()))
    await registry.close()
  }
  return rows
}

function table(title: string, rows: ReadonlyMap<string, Row>): void {
  say(`\n${title}`)
  say(
    `  ${''.padEnd(10)}${'requests'.padStart(10)}${'before layer'.padStart(14)}${'connections'.padStart(13)}${'round trips'.padStart(13)}${'wall ms'.padStart(10)}`,
  )
  for (const [name, row] of rows) {
    say(
      `  ${name.padEnd(10)}${String(row.lines.length).padStart(10)}${String(row.beforeLayer).padStart(14)}${String(row.connections).padStart(13)}${row.roundTrips.toFixed(1).padStart(13)}${row.ms.toFixed(0).padStart(10)}`,
    )
  }
  for (const [name, { lines }] of rows) say(`  ${name}: ${lines.join(', ')}`)
}

const folder = await mkdtemp(join(tmpdir(), 'lading-bench-requests-'))
try {
  say(
    `Node ${process.versions.node}, ${cpus().length} cores, ${roundTripMs} ms a round trip, a config and 3 small layers, medians of ${rounds} rounds`,
  )
  table('first pull, anonymous bearer token', await pulls(folder, { kind: 'bearer' }, false))
  table('first pull, no token', await pulls(folder, { kind: 'none' }, false))
  table('the same again, up to date, anonymous bearer token', await pulls(folder, { kind: 'bearer' }, true))
  table('the same again, up to date, no token', await pulls(folder, { kind: 'none' }, true))
  say(`\n${await limitedRate()}`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
