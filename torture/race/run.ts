import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { openStore } from '@lading/store'
import { image, startTestRegistry } from '@lading/test-registry'
import { consult } from '../../packages/store/test/oracle.ts'
import type { RaceOrders, RaceReport } from './worker.ts'

export interface RaceRun {
  readonly seconds: number
  readonly seed: number
  readonly say: (line: string) => void
}

const images = 12
const roles = ['pull', 'pull', 'prune', 'prune'] as const

/** Processes that pull beside processes that prune, under one root: no pull fails, and no name is without what it names. */
export async function runRace({ seconds, seed, say }: RaceRun): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-race-'))
  const registry = await startTestRegistry()
  try {
    const references = Array.from({ length: images }, (_, number) => `${registry.host}/t/app${number}:1`)
    for (let number = 0; number < images; number++)
      await registry.seed(
        image(`t/app${number}:1`)
          .layer({ base: 'what all of them have in common' })
          .layer({ half: String(number % 2) })
          .randomLayer(50_000, { seed: number }),
      )
    const root = join(folder, 'root')
    const reports = await Promise.all(
      roles.map(async (role, at) => ({ role, ...(await work({ role, root, references, seconds, seed: seed + at })) })),
    )
    const sum = (role: string, of: (report: RaceReport) => number): number =>
      reports.filter((report) => report.role === role).reduce((total, report) => total + of(report), 0)
    const failed = reports.flatMap((report) => report.failed)
    const wrong = [...failed, ...(await judge(root))]
    const [pulls, prunes, freed] = [
      sum('pull', ({ done }) => done),
      sum('prune', ({ done }) => done),
      sum('prune', (report) => report.freed),
    ]
    say(
      `${seconds} s, seed ${seed}: ${pulls} pulls, ${prunes} prunes that freed ${freed} bytes, ${failed.length} failed, ${wrong.length - failed.length} violations`,
    )
    for (const what of wrong.slice(0, 20)) say(`  ${what}`)
    return wrong.length === 0 && pulls > 0 && prunes > 0 && freed > 0
  } finally {
    await registry.close()
    await rm(folder, { recursive: true })
  }
}

/** The oracle's word, and `check`'s; and after a last prune nothing is there but what names need. */
async function judge(root: string): Promise<readonly string[]> {
  const found = consult(root).violations
  const store = await openStore({ root, workers: 0 })
  const { findings } = await store.check()
  await store.prune({ minAgeMs: 0 })
  await store.close()
  const { violations, blobs, reached } = consult(root)
  const strays = blobs.filter((digest) => !reached.includes(digest))
  return [
    ...found,
    ...findings.map((finding) => `check: ${JSON.stringify(finding)}`),
    ...violations,
    ...strays.map((digest) => `${digest} is left, and no name needs it`),
  ]
}

async function work(orders: RaceOrders): Promise<RaceReport> {
  const script = fileURLToPath(new URL('worker.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=@lading/source', script, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>])
  if (code !== 0) throw new Error(`the process that was to ${orders.role} ended with ${String(code)}`)
  return JSON.parse(out) as RaceReport
}
