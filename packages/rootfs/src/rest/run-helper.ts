import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { RootfsError } from '../rootfs-error.ts'
import { helperScript } from './helper-script.ts'

/** What could not be done. */
export interface Undone {
  /** Which order, from 0. */
  readonly order: number
  /** `make`, `link`, `times`, `open`, or `xattr` and a name. */
  readonly what: string
  /** `ENOTSUP` */
  readonly error: string
}

/** Not looked up in PATH: a shim there may not pass descriptors on. */
const places = ['/usr/bin/python3', '/usr/local/bin/python3', '/bin/python3']

/**
 * Runs the orders in the host's Python.
 *
 * @param orders a file of them, open at its beginning
 * @returns `undefined`: there is no Python here
 * @throws RootfsError `UNPACK_FAILED` if it fails
 */
export function runHelper(orders: number, root: number): readonly Undone[] | undefined {
  const program = places.find((place) => existsSync(place)) ?? 'python3'
  // Isolated, so that the environment and the current directory cannot change what it imports.
  const { error, status, stdout, stderr } = spawnSync(program, ['-I', '-S', '-c', helperScript], {
    stdio: [orders, 'pipe', 'pipe', root],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    maxBuffer: 256 * 1024 * 1024,
    encoding: 'utf8',
  })
  if (errnoOf(error) === 'ENOENT') return undefined
  if (error !== undefined || status !== 0)
    throw new RootfsError('UNPACK_FAILED', `${program} failed: ${lastLine(stderr)}`, {
      cause: error,
      hint: 'Lading needs it to set extended attributes, fifos, devices and nanoseconds, which Node.js cannot: check that it runs',
    })
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Undone)
}

const errnoOf = (error: Error | undefined): unknown => (error as { code?: unknown } | undefined)?.code

const lastLine = (text: string | null): string => (text ?? '').trim().split('\n').at(-1) ?? ''
