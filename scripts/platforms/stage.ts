import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestRegistry } from '@lading/test-registry'
import type { Runtime } from './runtimes.ts'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Started {
  readonly ended: Promise<Ended>
  /** Without a chance to put anything in order. */
  kill(): void
}

/** What a scene has: a runtime, a registry, and a folder of its own. */
export interface Stage {
  readonly runtime: Runtime
  readonly registry: TestRegistry
  /** A path below the folder as this process names it. */
  here(name: string): string
  /** The same path as the program names it. */
  there(name: string): string
  /** A path on the drive `C:`: as this process and as the program name it. */
  readonly drive: { here(name: string): string; there(name: string): string }
  /** Runs a program of ours. */
  start(program: string, args: readonly string[], given?: Given): Started
  /** Runs the command line, with the folder's `root` unless another is given. */
  lading(args: readonly string[], given?: Given): Promise<Ended>
  startLading(args: readonly string[], given?: Given): Started
}

interface Given {
  readonly root?: string
  readonly env?: Readonly<Record<string, string>>
  readonly preload?: string
}

const bin = join(import.meta.dirname, '../../apps/cli/dist/bin.js')

/** Nothing here takes so long: whatever does hangs. */
const longestMs = 120_000

/** Whoever runs this is logged in somewhere, and has an environment of their own; the scenes have neither. */
const nobody = {
  DOCKER_CONFIG: '/nonexistent/none',
  XDG_CONFIG_HOME: '/nonexistent/none',
  XDG_RUNTIME_DIR: '/nonexistent/none',
  NETRC: '/nonexistent/none',
  LADING_HOSTS: 'off',
  NO_COLOR: '1',
}

export function stageFor(
  runtime: Runtime,
  parts: { installed: string; folder: string; registry: TestRegistry },
): Stage {
  const { installed, folder, registry } = parts
  mkdirSync(folder, { recursive: true })
  const here = (name: string): string => join(folder, name)
  const there = (name: string): string => runtime.path(here(name))
  let runs = 0
  const start: Stage['start'] = (program, args, { env = {}, preload } = {}) => {
    runs += 1
    const files = ['out', 'err'].map((name) => here(`${name}-${runs}`))
    // Node under Wine takes files for its streams, and no pipes.
    const [out = 0, err = 0] = files.map((file) => openSync(file, 'w'))
    const [command, ...before] = runtime.command(installed)
    const loaded = preload === undefined ? [] : [runtime.preload, runtime.path(preload)]
    const child = spawn(command, [...before, ...loaded, runtime.path(program), ...args], {
      cwd: folder,
      stdio: ['ignore', out, err],
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        TMPDIR: folder,
        ...nobody,
        ...runtime.env(installed),
        ...env,
      },
    })
    for (const descriptor of [out, err]) closeSync(descriptor)
    const hangs = setTimeout(() => child.kill('SIGKILL'), longestMs)
    const ended = new Promise<Ended>((resolve, reject) =>
      child.once('error', reject).once('exit', (code) => {
        clearTimeout(hangs)
        const [stdout = '', stderr = ''] = files.map((file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n'))
        resolve({ code, stdout, stderr })
      }),
    )
    return { ended, kill: () => void child.kill('SIGKILL') }
  }
  const startLading: Stage['startLading'] = (args, given = {}) =>
    start(bin, args, { ...given, env: { LADING_ROOT: given.root ?? there('root'), ...given.env } })
  return {
    runtime,
    registry,
    here,
    there,
    drive: {
      here: (name) => join(runtime.env(installed)['WINEPREFIX'] ?? folder, 'drive_c', name),
      there: (name) => `C:\\${name.replaceAll('/', '\\')}`,
    },
    start,
    startLading,
    lading: (args, given) => startLading(args, given).ended,
  }
}
