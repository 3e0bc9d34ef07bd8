// Plays the same scenes in other runtimes, with the command line as it is built: `pnpm test:platforms bun deno wine`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestRegistry } from '@lading/test-registry'
import { install, runtimes, type Runtime } from './runtimes.ts'
import { examples } from './scenes/examples.ts'
import { keeping } from './scenes/keeping.ts'
import { onWindows } from './scenes/on-windows.ts'
import { pulling } from './scenes/pulling.ts'
import type { Scene } from './scenes/scene.ts'
import { suites } from './scenes/suites.ts'
import { stageFor } from './stage.ts'

const scenes: readonly Scene[] = [...pulling, ...keeping, ...onWindows, suites, examples]

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const asked = process.argv.slice(2)
const chosen = runtimes.filter(({ name }) => asked.length === 0 || asked.includes(name))
const unknown = asked.filter((name) => !runtimes.some((runtime) => runtime.name === name))
if (unknown.length > 0)
  throw new Error(`no such runtime: ${unknown.join(' ')}; there are ${runtimes.map(({ name }) => name).join(', ')}`)

const folder = mkdtempSync(join(tmpdir(), 'lading-platforms-'))
let failures = 0
try {
  for (const runtime of chosen) await playAll(runtime)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (failures > 0) process.exitCode = 1

async function playAll(runtime: Runtime): Promise<void> {
  const installed = install(runtime)
  const missing = runtime.ready(installed)
  if (missing !== undefined) throw new Error(`${runtime.name}: ${missing}`)
  const queue = scenes.filter(
    (scene) => (runtime.windows || scene.windows !== true) && (runtime.examples || scene !== examples),
  )
  let number = 0
  // Two at a time: half of a start waits.
  const work = async (): Promise<void> => {
    for (let scene = queue.shift(); scene !== undefined; scene = queue.shift()) {
      const at = join(folder, `${runtime.name}-${++number}`)
      const registry = await startTestRegistry()
      const stage = stageFor(runtime, { installed, folder: at, registry })
      try {
        await scene.play(stage)
        say(`${runtime.name}: ${scene.title}`)
      } catch (error) {
        failures += 1
        say(`${runtime.name}: FAILED: ${scene.title}\n${error instanceof Error ? error.stack : String(error)}`)
      } finally {
        await registry.close()
      }
    }
  }
  await Promise.all([work(), work()])
}
