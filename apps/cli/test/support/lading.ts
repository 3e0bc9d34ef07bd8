import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { inject } from 'vitest'

const bundled = inject('bundled')
export const dist: string = join(bundled, 'dist')
export const bin: string = join(dist, 'bin.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when standard error has said something like this. */
  said(pattern: RegExp): Promise<void>
}

/** Whoever runs the tests is logged in somewhere; the tests are not. */
const nobody = {
  DOCKER_CONFIG: '/nonexistent/none',
  XDG_CONFIG_HOME: '/nonexistent/none',
  XDG_RUNTIME_DIR: '/nonexistent/none',
  NETRC: '/nonexistent/none',
  REGISTRY_AUTH_FILE: '',
  DOCKER_AUTH_CONFIG: '',
}

/** What Node compiles of a bundle is of no use to the next run, which has another. */
export const compiled: Readonly<Record<string, string>> = { NODE_COMPILE_CACHE: join(bundled, 'compiled') }

/**
 * Starts the command line as it is published, as a child process, as a user would.
 *
 * @param options.open its input does not end
 */
export function start(
  args: readonly string[],
  {
    env = {},
    input = '',
    open = false,
    node = [process.execPath, bin],
  }: { env?: Record<string, string>; input?: string | undefined; node?: readonly string[]; open?: boolean } = {},
): Running {
  const [program = '', ...before] = node
  const child = spawn(program, [...before, ...args], {
    stdio: 'pipe',
    env: {
      ...process.env,
      ...nobody,
      ...compiled,
      NO_COLOR: '1',
      DOCKER_DEFAULT_PLATFORM: '',
      LADING_HOSTS: 'off',
      ...env,
    },
  })
  child.stdin.on('error', () => undefined).write(input)
  if (!open) child.stdin.end()
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    for (const look of waiting) look()
  })
  const ended = new Promise<Ended>((resolve, reject) =>
    child.once('error', reject).once('close', (code) => resolve({ code, stdout, stderr })),
  )
  return {
    child,
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(stderr)) resolve()
        }
        waiting.add(look)
        look()
        void ended.then(() => reject(new Error(`it ended and never said ${String(pattern)}: ${stderr}`)))
      }),
  }
}

export const lading = (args: readonly string[], options?: Parameters<typeof start>[1]): Promise<Ended> =>
  start(args, options).ended
