import { setTimeout } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { fakeTerminal } from './fake-terminal.ts'
import { start, type Ended, type Running } from './lading.ts'
import { runHere } from './run-here.ts'

interface Places {
  /** `127.0.0.1:5000` */
  readonly host: string
  readonly url: string
  /** Of the listener of metrics, if it has one. */
  readonly metrics: string
}

function placesIn(stderr: string): Places {
  const [, url = '', host = ''] = /^Serving at (https?:\/\/([^\s,]+))/m.exec(stderr) ?? []
  const [, metrics = ''] = /^Metrics and a page: (http:\S+)$/m.exec(stderr) ?? []
  return { url, host, metrics }
}

/** What a server says last when it can be asked. */
const announced = /^lading: lading pull /m

/** Runs `lading serve` on a free port of loopback, as it is published; ended with the test. */
export async function serving(
  args: readonly string[],
  { node }: { readonly node?: readonly string[] } = {},
): Promise<Running & Places> {
  const running = start(['serve', '--listen', '127.0.0.1:0', ...args], node === undefined ? {} : { node })
  const { child, ended } = running
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let stderr = ''
  child.stderr?.on('data', (text: string) => (stderr += text))
  await running.said(announced)
  return { ...running, ...placesIn(stderr) }
}

/** The same in this process. */
export async function servingHere(args: readonly string[]): Promise<Places & { stop(): Promise<Ended> }> {
  const stopping = new AbortController()
  const terminal = fakeTerminal({ interactive: false })
  const running = runHere(['serve', '--listen', '127.0.0.1:0', ...args], { signal: stopping.signal, terminal })
  const stop = (): Promise<Ended> => {
    stopping.abort()
    return running
  }
  onTestFinished(async () => void (await stop()))
  const said = (): string => terminal.written.join('')
  while (!announced.test(said())) {
    const ended = await Promise.race([running, setTimeout(5, undefined)])
    if (ended !== undefined) throw new Error(`it ended: ${ended.stderr}`)
  }
  return { ...placesIn(said()), stop }
}
