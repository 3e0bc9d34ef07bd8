import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { startDockerRegistry } from '../../test/support/docker-registry.ts'
import { missing } from '../../test/support/real-parts.ts'
import { cli } from '../support/lading.ts'

/** A pull-through cache in a process of its own. */
export interface RunningCache {
  readonly host: string
  readonly pid: number | undefined
  /** Of the process since its start: seconds of processor time, and its most resident memory in MiB. */
  cost(): { readonly cpu: number; readonly peak: number }
  close(): Promise<void>
}

/** @param folder where it keeps what it fetched; empty, or what an earlier one has left */
export type StartCache = (folder: string, upstream: string) => Promise<RunningCache>

export const startLading =
  (...options: readonly string[]): StartCache =>
  async (folder, upstream) => {
    const args = ['serve', '--listen', '127.0.0.1:0', '--access-log', 'none', '--upstream', upstream]
    const child = spawn(process.execPath, [...cli, ...args, '--root', folder, ...options], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LADING_HOSTS: 'off' },
    })
    let said = ''
    const ended = once(child, 'exit')
    const host = await new Promise<string>((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const [, found] = /^Serving at http:\/\/(\S+)\n[^]*^lading: /m.exec(said) ?? []
        if (found !== undefined) resolve(found)
      })
      void ended.then(() => reject(new Error(`lading serve ended: ${said}`)))
    })
    return {
      host,
      pid: child.pid,
      cost: () => costOf(child.pid),
      async close() {
        child.kill('SIGTERM')
        await ended
      },
    }
  }

const startDebian: StartCache = async (folder, upstream) => {
  await mkdir(folder, { recursive: true })
  const registry = await startDockerRegistry(folder, { extra: `proxy: {remoteurl: "http://${upstream}"}` })
  const { host, pid } = registry
  return { host, pid, cost: () => costOf(pid), close: () => registry.close() }
}

/** Ours first, and Debian's `docker-registry` in proxy mode where it is installed. */
export const caches: Readonly<Record<string, StartCache>> = {
  'lading serve': startLading(),
  ...(missing('docker-registry') ? {} : { 'docker-registry': startDebian }),
}

/** A tick of proc(5), which is a hundredth of a second wherever Node runs. */
const ticks = 100

function costOf(pid: number | undefined): { readonly cpu: number; readonly peak: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name of the program, in parentheses, may have anything in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0] = fields.slice(11, 13).map(Number)
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    cpu: (user + system) / ticks,
    peak: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024,
  }
}
