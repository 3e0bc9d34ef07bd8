// pnpm bench picture: where the time of a pull goes, from the events of one, drawn to docs/pull.svg. Of several pulls it is
// the one whose time is the median. LADING_BENCH_MB (default 500), LADING_BENCH_ROUNDS (default 5), LADING_BENCH_DIR.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { PullEvent } from '@lading/distribution'
import { sizeOf } from '../support/image/image.ts'
import { machineFiles } from '../support/image/machine-files.ts'
import { lading } from '../support/lading.ts'
import { pushImage, startRegistry } from '../support/registry.ts'
import { circumstances, loadNow, machine } from '../support/report.ts'
import { folder, megabytes, rounds, say, targets } from '../support/settings.ts'
import { draw } from './draw.ts'
import { spansOf, type Stamped } from './spans.ts'

const picture = fileURLToPath(new URL('../../docs/pull.svg', import.meta.url))

interface Pull {
  readonly events: readonly Stamped[]
  readonly end: number
}

async function pull(reference: string, target: string): Promise<Pull> {
  const [program, ...args] = lading('pull', '--progress', 'json', '--root', target, reference)
  const began = performance.now()
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LADING_HOSTS: 'off' },
  })
  const events: Stamped[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    events.push({ at: performance.now() - began, event: JSON.parse(line) as PullEvent })
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`the pull ended with ${code}: ${JSON.stringify(events.at(-1)?.event)}`)
  return { events, end: performance.now() - began }
}

const size = megabytes(500)
const image = await machineFiles(join(folder, `gzip-${size}`), { size: { compressedBytes: size * 1e6 } })
const registry = await startRegistry(folder)
const directory = await mkdtemp(join(targets, 'targets-'))
const load = loadNow()
try {
  await pushImage(registry.host, 'bench/pull', 'big', image)
  const pulls: Pull[] = []
  for (let round = 0; round <= rounds(5); round += 1) {
    const done = await pull(`${registry.host}/bench/pull:big`, join(directory, String(round)))
    // The first warms the page cache.
    if (round > 0) pulls.push(done)
  }
  const middle = pulls.toSorted((a, b) => a.end - b.end)[Math.floor(pulls.length / 2)]
  if (middle === undefined) throw new Error('no round was measured')
  const what = `lading pull, ${(sizeOf(image) / 1e6).toFixed(0)} MB gzip in ${image.layers.length} layers: ${(middle.end / 1000).toFixed(2)} s`
  await writeFile(picture, draw(what, spansOf(middle.events, middle.end)))
  say(
    `${what}\n${circumstances({ date: new Date().toISOString(), machine: machine(targets), load: [load, loadNow()] })}`,
  )
} finally {
  await registry.close()
  await rm(directory, { recursive: true, force: true })
}
