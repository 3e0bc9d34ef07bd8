import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pathOf } from './real-parts.ts'

const execute = promisify(execFile)

export interface Containerd {
  /** Runs `ctr` against it and gives what it printed. */
  ctr(...args: readonly string[]): Promise<string>
  close(): Promise<void>
}

/** Starts containerd with all its files in `directory`, and without the CRI, which wants a network. */
export async function startContainerd(directory: string): Promise<Containerd> {
  const config = join(directory, 'containerd.toml')
  const socket = join(directory, 'c.sock')
  const quoted = (path: string): string => JSON.stringify(join(directory, path))
  await writeFile(
    config,
    [
      'version = 2',
      `root = ${quoted('root')}`,
      `state = ${quoted('state')}`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
      '[grpc]',
      `address = ${quoted('c.sock')}`,
      '[ttrpc]',
      `address = ${quoted('c.sock.ttrpc')}`,
    ].join('\n'),
  )
  const daemon = spawn(pathOf('containerd'), ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] })
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
      return (await execute(pathOf('ctr'), ['--address', socket, ...args])).stdout
    },
    async close() {
      daemon.kill()
      await ended
    },
  }
}
