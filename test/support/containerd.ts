import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Need } from './needs.ts'
import { pathOf } from './real-parts.ts'

const execute = promisify(execFile)

export interface Containerd {
  /** Runs `ctr` against it and gives what it printed. */
  ctr(...args: readonly string[]): Promise<string>
  close(): Promise<void>
}

/** Where `.ci/run` built containerd 2, beside the system's own. */
const newer = process.env['LADING_CONTAINERD_BIN']

export const containerd2: Need = () =>
  newer === undefined || newer === ''
    ? 'LADING_CONTAINERD_BIN names no folder with containerd 2 and its ctr'
    : undefined

/** Without the CRI, which wants a network. */
const dialects = {
  1: { version: 2, disabled: ['io.containerd.grpc.v1.cri'], path: pathOf },
  2: {
    version: 3,
    disabled: ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime'],
    path: (program: string) => join(newer ?? '', program),
  },
} as const

/** Starts containerd with all its files in `directory`: the system's own, or the one of version 2 that `.ci/run` built. */
export async function startContainerd(directory: string, { major = 1 }: { major?: 1 | 2 } = {}): Promise<Containerd> {
  const { version, disabled, path } = dialects[major]
  const config = join(directory, 'containerd.toml')
  const socket = join(directory, 'c.sock')
  const quoted = (name: string): string => JSON.stringify(join(directory, name))
  await writeFile(
    config,
    [
      `version = ${version}`,
      `root = ${quoted('root')}`,
      `state = ${quoted('state')}`,
      `disabled_plugins = ${JSON.stringify(disabled)}`,
      '[grpc]',
      `address = ${quoted('c.sock')}`,
      '[ttrpc]',
      `address = ${quoted('c.sock.ttrpc')}`,
    ].join('\n'),
  )
  const daemon = spawn(path('containerd'), ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(daemon, 'close')
  let log = ''
  const booted = new Promise<void>((resolve) => {
    daemon.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (log.includes('containerd successfully booted')) resolve()
    })
  })
  await Promise.race([booted, ended.then(() => Promise.reject(new Error(`containerd does not start: ${log}`)))])
  return {
    async ctr(...args) {
      return (await execute(path('ctr'), ['--address', socket, ...args])).stdout
    },
    async close() {
      daemon.kill()
      await ended
    },
  }
}
