import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Need } from './needs.ts'
import { pathOf } from './real-parts.ts'

const execute = promisify(execFile)

export interface Containerd {
  /** The path of its socket. */
  readonly socket: string
  /** Runs `ctr` against it and gives what it printed. */
  ctr(...args: readonly string[]): Promise<string>
  /** With these a `ctr` of any program speaks to it. */
  readonly env: Readonly<Record<string, string>>
  /** The directory of the `ctr` that belongs to it. */
  readonly bin: string
  close(): Promise<void>
}

/** Where `.ci/run` built containerd 2, beside the system's own. */
const newer = process.env['LADING_CONTAINERD_BIN']

export const containerd2: Need = () =>
  newer === undefined || newer === ''
    ? 'LADING_CONTAINERD_BIN names no folder with containerd 2 and its ctr'
    : undefined

/** What is written in their configuration, and that the CRI is left out by. */
const dialects = {
  1: {
    version: 2,
    cri: ['io.containerd.grpc.v1.cri'],
    images: 'io.containerd.grpc.v1.cri',
    snapshotter: '"io.containerd.grpc.v1.cri".containerd',
    unpack: [],
    path: pathOf,
  },
  2: {
    version: 3,
    cri: ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime'],
    images: 'io.containerd.cri.v1.images',
    snapshotter: '"io.containerd.cri.v1.images"',
    // Whose own choice needs a file system below it that is no overlay itself.
    unpack: [
      '[[plugins."io.containerd.transfer.v1.local".unpack_config]]',
      `platform = "linux/${process.arch === 'x64' ? 'amd64' : process.arch}"`,
      'snapshotter = "native"',
    ],
    path: (program: string) => join(newer ?? '', program),
  },
} as const

/** Starts containerd with all its files in `directory`: the system's own, or the one of version 2 that `.ci/run` built. */
export async function startContainerd(
  directory: string,
  {
    major = 1,
    cri,
  }: {
    readonly major?: 1 | 2
    /** The CRI, of which images alone can be had: there is no network for pods. Default: without it. */
    readonly cri?: { /** A folder with `docker.io/hosts.toml` and the like. */ readonly hosts: string }
  } = {},
): Promise<Containerd> {
  const { version, cri: plugins, images, snapshotter, unpack, path } = dialects[major]
  const config = join(directory, 'containerd.toml')
  const socket = join(directory, 'c.sock')
  const quoted = (name: string): string => JSON.stringify(join(directory, name))
  await writeFile(
    config,
    [
      `version = ${version}`,
      `root = ${quoted('root')}`,
      `state = ${quoted('state')}`,
      `disabled_plugins = ${JSON.stringify(cri === undefined ? plugins : [])}`,
      '[grpc]',
      `address = ${quoted('c.sock')}`,
      '[ttrpc]',
      `address = ${quoted('c.sock.ttrpc')}`,
      ...(cri === undefined
        ? []
        : [
            `[plugins.${snapshotter}]`,
            'snapshotter = "native"',
            `[plugins."${images}".registry]`,
            `config_path = ${JSON.stringify(cri.hosts)}`,
            ...unpack,
          ]),
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
    socket,
    async ctr(...args) {
      return (await execute(path('ctr'), ['--address', socket, ...args])).stdout
    },
    env: { CONTAINERD_ADDRESS: socket },
    bin: dirname(path('ctr')),
    async close() {
      daemon.kill()
      await ended
    },
  }
}
