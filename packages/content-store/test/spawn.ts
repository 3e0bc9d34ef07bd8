import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { compiled, oneFile } from '../../../test/support/one-file.ts'

/** Runs `test/<script>` in a process of its own. */
export async function start(script: string, ...args: string[]): Promise<ChildProcess> {
  return spawn(process.execPath, [await oneFile(new URL(script, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...compiled },
  })
}

/** Exit code or signal. */
export async function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode ?? child.exitCode ?? 0
}

/** Resolves when the child has printed something. */
export async function speaks(child: ChildProcess): Promise<void> {
  if (child.stdout !== null) await once(child.stdout, 'data')
}
