import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { compiled } from '../../test/support/one-file.ts'
import type { Orders } from './victim.ts'
import { victimProgram } from './victim-program.ts'

export interface VictimEnd {
  readonly ended: 'killed' | 'done' | 'failed'
  /** How many calls changed something, of one that was done. */
  readonly calls: number
  /** What it said when it failed. */
  readonly said: string
}

export interface Victim {
  readonly child: ChildProcess
  /** Resolves when it has read its program and begins, or has ended without. */
  readonly started: Promise<void>
  /** Resolves when it stands at `pauseAt`, or has ended without. */
  readonly paused: Promise<void>
  readonly end: Promise<VictimEnd>
}

export async function startVictim(orders: Orders): Promise<Victim> {
  const child = spawn(process.execPath, [await victimProgram(), JSON.stringify(orders)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...compiled },
  })
  // One that is killed takes no line.
  child.stdin.on('error', () => {})
  let out = ''
  let err = ''
  let starts = (): void => {}
  const started = new Promise<void>((resolve) => (starts = resolve))
  let stands = (): void => {}
  const paused = new Promise<void>((resolve) => (stands = resolve))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    if (out.includes('started\n')) starts()
    if (out.includes('paused\n')) stands()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const end = once(child, 'close').then(([code, signal]): VictimEnd => {
    starts()
    stands()
    const calls = Number(/^done (\d+)$/m.exec(out)?.[1] ?? 0)
    if (signal === 'SIGKILL') return { ended: 'killed', calls, said: err }
    return { ended: code === 0 ? 'done' : 'failed', calls, said: err }
  })
  return { child, started, paused, end }
}

export const spawnVictim = async (orders: Orders): Promise<VictimEnd> => (await startVictim(orders)).end
