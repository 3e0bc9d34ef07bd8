import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathOf } from './real-parts.ts'

/** What docker printed, and how it ended. */
export interface Printed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Dockerd {
  /** Runs `docker` against it. */
  docker(args: readonly string[], options?: { readonly input?: string }): Promise<Printed>
  /** With these a `docker` of any program speaks to it. */
  readonly env: Readonly<Record<string, string>>
  /** The directory of the client that belongs to it. */
  readonly bin: string
  close(): Promise<void>
}

/** Debian's client belongs to Debian's daemon; another one may be in front of it on PATH. */
function client(): string {
  try {
    accessSync('/usr/bin/docker', constants.X_OK)
    return '/usr/bin/docker'
  } catch {
    return pathOf('docker')
  }
}

/** Starts a docker of its own with all its files in `directory`: no bridge, no firewall rules, nothing of the machine's docker. */
export async function startDockerd(
  directory: string,
  // vfs copies where others mount: the images of tests are small.
  {
    storageDriver = 'vfs',
    mirror,
  }: { readonly storageDriver?: 'vfs' | 'overlay2'; /** A URL. */ readonly mirror?: string } = {},
): Promise<Dockerd> {
  const own = (name: string): string => join(directory, name)
  const socket = `unix://${own('d.sock')}`
  await Promise.all([mkdir(own('config')), writeFile(own('daemon.json'), '{}')])
  const daemon = spawn(
    pathOf('dockerd'),
    [
      ['--config-file', own('daemon.json')],
      ['--host', socket],
      ['--data-root', own('data')],
      ['--exec-root', own('exec')],
      ['--pidfile', own('pid')],
      ['--bridge=none', '--iptables=false', '--ip6tables=false'],
      ['--storage-driver', storageDriver],
      ['--insecure-registry', '127.0.0.0/8'],
      mirror === undefined ? [] : ['--registry-mirror', mirror],
    ].flat(),
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: directory } },
  )
  const ended = once(daemon, 'close')
  let log = ''
  const ready = new Promise<void>((resolve) => {
    daemon.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (log.includes('API listen on')) resolve()
    })
  })
  await Promise.race([ready, ended.then(() => Promise.reject(new Error(`dockerd does not start: ${log}`)))])
  return {
    docker: (args, { input = '' } = {}) =>
      new Promise((resolve) => {
        const child = execFile(
          client(),
          ['--host', socket, '--config', own('config'), ...args],
          { env: { ...process.env, DOCKER_CONTENT_TRUST: '' } },
          (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
        )
        // Most commands end without having read it.
        child.stdin?.on('error', () => {}).end(input)
      }),
    env: { DOCKER_HOST: socket, DOCKER_CONFIG: own('config'), DOCKER_CONTENT_TRUST: '' },
    bin: dirname(client()),
    async close() {
      process.kill(Number(await readFile(own('pid'), 'utf8')))
      await ended
      unmountAllBelow(directory)
    },
  }
}

/** A daemon that was ended leaves mounts: its name spaces, what a storage driver bound. The directory could not be removed. */
function unmountAllBelow(directory: string): void {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? [])
    .filter((path) => path.startsWith(`${directory}/`))
  for (const path of mounts.toReversed()) spawnSync('umount', [path])
}
