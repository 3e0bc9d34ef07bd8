import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isRoot, type Need } from './needs.ts'
import { pathOf } from './real-parts.ts'

/** Its state apart from the machine's and the user's, and nothing mounted. */
export const ownPodman = (directory: string): readonly string[] => [
  '--root',
  join(directory, 'root'),
  '--runroot',
  join(directory, 'run'),
  '--tmpdir',
  join(directory, 'tmp'),
  '--storage-driver',
  'vfs',
  '--cgroup-manager',
  'cgroupfs',
  '--events-backend',
  'none',
]

function environment(directory: string): NodeJS.ProcessEnv {
  const runtime = join(directory, 'runtime')
  mkdirSync(runtime, { recursive: true, mode: 0o700 })
  return { ...process.env, HOME: directory, XDG_RUNTIME_DIR: runtime }
}

/** Podman runs for root, and for whoever has a user namespace: of all their subordinate IDs, or of one ID where they have none. */
export const podmanForThisUser: Need = () => {
  if (isRoot) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'podman-probe-'))
  const { status, stderr } = spawnSync(pathOf('podman'), [...ownPodman(directory), 'unshare', 'true'], {
    encoding: 'utf8',
    env: environment(directory),
  })
  endPauseProcess(join(directory, 'tmp'))
  rmSync(directory, { recursive: true, force: true })
  return status === 0
    ? undefined
    : `podman does not run for this user: ${stderr
        .trimEnd()
        .split('\n')
        .at(-1)
        ?.replace(/^Error: /, '')}`
}

/** Runs podman with all its files in `directory`, and gives what it printed. */
export const runPodman = async (
  directory: string,
  args: readonly string[],
  { env = {} }: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> =>
  (
    await promisify(execFile)(pathOf('podman'), [...ownPodman(directory), ...args], {
      env: { ...environment(directory), ...env },
    })
  ).stdout

/** Removes what podman left in `directory`, files of the user's subordinate IDs too, and ends the process that holds their namespace. */
export async function removePodman(directory: string): Promise<void> {
  if (!isRoot) await runPodman(directory, ['unshare', 'rm', '-rf', join(directory, 'root')])
  endPauseProcess(join(directory, 'tmp'))
  await rm(directory, { recursive: true })
}

/** Without root, podman leaves a process that sleeps for ever, and its ID in the directory of its temporary files. */
export function endPauseProcess(temporary: string): void {
  let id: number
  try {
    id = Number(readFileSync(join(temporary, 'pause.pid'), 'utf8'))
  } catch {
    return
  }
  if (id > 1) process.kill(id)
}
