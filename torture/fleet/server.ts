import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/free-port.ts'
import type { FleetTimes } from './times.ts'

/** `lading serve`, at the same address each time it is started. */
export interface FleetServer {
  /** `http://127.0.0.1:20000`. */
  readonly url: string
  /** Resolves when it answers. @throws with what it said when it does not */
  start(): Promise<void>
  kill(): Promise<void>
  /** How it ended although nobody killed it, each time. */
  readonly deaths: readonly string[]
}

interface Options {
  readonly root: string
  /** `127.0.0.1:5000`. */
  readonly upstream: string
  readonly env: Readonly<Record<string, string>>
  /** Default: as everywhere. */
  readonly times?: FleetTimes
}

interface Running {
  readonly child: ChildProcess
  said: string
  answered: boolean
}

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
/** In milliseconds. */
const [startTimeout, pause] = [60_000, 50]

export async function createServer({ root, upstream, env, times }: Options): Promise<FleetServer> {
  const address = `127.0.0.1:${await freePort()}`
  const url = `http://${address}`
  const words = ['serve', '--root', root, '--listen', address, '--upstream', upstream, '--access-log', 'none']
  const deaths: string[] = []
  let running: Running | undefined
  const killWithUs = (): void => void running?.child.kill('SIGKILL')

  function spawnServer(): Running {
    const child = spawn(
      process.execPath,
      ['--conditions=@lading/source', file('../../apps/cli/src/bin.ts'), ...words],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          ...process.env,
          ...env,
          LADING_HOSTS: 'off',
          ...(times === undefined ? {} : timed(times)),
          NODE_COMPILE_CACHE: file('../../node_modules/.cache/compiled'),
        },
      },
    )
    const started: Running = { child, said: '', answered: false }
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (started.said = `${started.said}${text}`.slice(-5_000)))
    process.on('exit', killWithUs)
    child.once('close', (code, signal) => {
      process.off('exit', killWithUs)
      if (running !== started) return
      running = undefined
      if (started.answered) deaths.push(`the server at ${address} ended with ${code ?? signal}: ${started.said}`)
    })
    return started
  }

  return {
    url,
    deaths,
    async start() {
      let started = (running = spawnServer())
      for (const until = performance.now() + startTimeout; !(await answers(url));) {
        if (performance.now() > until) throw new Error(`the server at ${address} does not answer: ${started.said}`)
        await new Promise((resolve) => setTimeout(resolve, pause))
        // Its store may be away when it begins; whoever keeps it running starts it again.
        if (running !== started) started = running = spawnServer()
      }
      started.answered = true
    },
    async kill() {
      const killed = running?.child
      if (killed === undefined) return
      running = undefined
      killed.kill('SIGKILL')
      await once(killed, 'close')
    },
  }
}

const timed = (times: FleetTimes): Readonly<Record<string, string>> => ({
  LADING_FLEET_TIMES: JSON.stringify(times),
  NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${new URL('times-hook.ts', import.meta.url).href}`,
})

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/v2/`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  )
