import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { consult } from '../../packages/store/test/oracle.ts'

export interface SoakRun {
  /** Pulls, each of another image. */
  readonly count: number
  readonly atOnce: number
  readonly seed: number
  readonly say: (line: string) => void
}

interface Taken {
  readonly failed: readonly string[]
  /** Most memory, in bytes. */
  readonly peak: number
  /** Open file descriptors before the many, and after them. */
  readonly before: number
  readonly after: number
  readonly most: number
}

const mebibyte = 1024 * 1024
const memoryLimit = 512 * mebibyte

/** Many pulls at once, and every twentieth answer is a fault: all are done, memory is bounded, and descriptors are given back. */
export async function soak({ count, atOnce, seed, say }: SoakRun): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-soak-'))
  const registry = await startTestRegistry()
  try {
    for (let number = 0; number < count; number++)
      await registry.seed(
        image(`t/app${number}:1`)
          .layer({ base: 'what all of them have in common' })
          .randomLayer(100_000, { seed: number }),
      )
    spoil(registry, seed)
    const root = join(folder, 'root')
    const { failed, peak, before, after, most } = await pullAll([root, registry.host, String(count), String(atOnce)])
    const { violations, names } = consult(root)
    const done = Object.keys(names).filter((name) => !name.includes('@')).length
    const faults = registry.journal.entries.filter((entry) => entry.faults.length > 0).length
    say(
      `${count} pulls, ${atOnce} at once, seed ${seed}: ${done} done, ${faults} faults in ${registry.journal.entries.length} answers, ${Math.ceil(peak / mebibyte)} MiB at most, ${before} descriptors before, ${most} at most, ${after} after, ${violations.length} violations`,
    )
    for (const what of [...failed, ...violations].slice(0, 20)) say(`  ${what}`)
    return failed.length + violations.length === 0 && done === count && peak <= memoryLimit && after <= before
  } finally {
    await registry.close()
    await rm(folder, { recursive: true })
  }
}

/** One in twenty, of five kinds. */
function spoil(registry: TestRegistry, seed: number): void {
  const kinds = [
    { then: { status: 503 } },
    { then: 'reset' },
    { then: 'close', afterBytes: 40_000 },
    { then: { status: 429, retryAfter: 0 } },
    { then: 'reset', afterBytes: 5 },
  ] as const
  for (const [at, kind] of kinds.entries())
    for (const on of ['manifest', 'blob'] as const)
      registry.addFault({ on, probability: 0.05 / kinds.length, seed: seed + at, ...kind })
}

// Without a bound the engine collects late, and what is measured is its patience.
const flags = ['--max-old-space-size=400', '--conditions=@lading/source']

async function pullAll(orders: readonly string[]): Promise<Taken> {
  const script = fileURLToPath(new URL('puller.ts', import.meta.url))
  const child = spawn(process.execPath, [...flags, script, ...orders], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>])
  if (code !== 0) throw new Error(`the pulling process ended with ${String(code)}`)
  return JSON.parse(out) as Taken
}
