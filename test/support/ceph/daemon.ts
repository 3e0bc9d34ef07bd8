import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { pathOf } from '../real-parts.ts'

/** A program that can be killed and started again, with the same words. */
export interface Daemon {
  start(): Promise<void>
  /** As a power cut ends it. Waits for its end. */
  kill(): Promise<void>
  /** Stops it where it is (SIGSTOP), or lets it go on. */
  freeze(frozen: boolean): void
}

export interface DaemonOptions {
  readonly env: NodeJS.ProcessEnv
  /** Whether it answers. Asked until it does. */
  readonly answers: () => Promise<boolean>
}

/** In milliseconds. A gateway that starts waits for the OSD, which may be starting as well, and on a busy machine each takes its time. */
const [startTimeout, pause] = [170_000, 50]

export function createDaemon(program: string, words: readonly string[], { env, answers }: DaemonOptions): Daemon {
  let running:
    | { readonly pid: number; readonly ended: Promise<unknown>; kill(signal: NodeJS.Signals): void }
    | undefined
  const killWithUs = (): void => running?.kill('SIGKILL')
  return {
    async start() {
      if (running !== undefined) throw new Error(`${program} runs already`)
      const child = spawn(pathOf(program), words, { env, stdio: ['ignore', 'ignore', 'pipe'] })
      let log = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => (log = `${log}${text}`.slice(-10_000)))
      const ended = once(child, 'close').then(() => {
        running = undefined
        process.off('exit', killWithUs)
      })
      if (child.pid === undefined) throw new Error(`${program} cannot be started`)
      running = { pid: child.pid, ended, kill: (signal) => void child.kill(signal) }
      process.on('exit', killWithUs)
      const until = performance.now() + startTimeout
      for (;;) {
        if (running === undefined) throw new Error(`${program} does not start: ${log}`)
        if (await answers()) return
        if (performance.now() > until) {
          await this.kill()
          throw new Error(`${program} does not answer: ${log}`)
        }
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    },
    async kill() {
      const { ended } = running ?? {}
      running?.kill('SIGKILL')
      await ended
    },
    freeze: (frozen) => running?.kill(frozen ? 'SIGSTOP' : 'SIGCONT'),
  }
}

/** Runs a program to its end. @throws with what it said */
export async function runTool(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return (await promisify(execFile)(pathOf(program), words, { env, timeout: startTimeout })).stdout
}
