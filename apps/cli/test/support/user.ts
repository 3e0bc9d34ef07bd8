import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lading, type Ended } from './lading.ts'
import { runHere } from './run-here.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Somebody with a home directory of their own. */
export interface User {
  readonly env: Record<string, string>
  path(...parts: string[]): string
  read(...parts: string[]): Promise<string>
  write(path: string, content: string, mode?: number): Promise<string>
  /** Runs the command line as this user, in a process of its own. */
  run(args: readonly string[], options?: Given): Promise<Ended>
  /** The same in this process. */
  here(args: readonly string[], options?: Given): Promise<Ended>
}

interface Given {
  readonly input?: string
  readonly env?: Record<string, string>
}

export async function makeUser(): Promise<User> {
  const home = await temporaryDirectory()
  await mkdir(join(home, 'run'), { mode: 0o700 })
  const path = (...parts: string[]): string => join(home, ...parts)
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: path('.config'),
    XDG_DATA_HOME: path('.local'),
    XDG_RUNTIME_DIR: path('run'),
    DOCKER_CONFIG: '',
    NETRC: '',
    REGISTRY_AUTH_FILE: '',
    PATH: `${path('bin')}:${process.env['PATH']}`,
  }
  return {
    env,
    path,
    read: (...parts) => readFile(path(...parts), 'utf8'),
    async write(name, content, mode = 0o600) {
      const file = path(name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, content)
      await chmod(file, mode)
      return file
    },
    run: (args, { input, env: more } = {}) =>
      lading(args, { env: { ...env, ...more }, ...(input === undefined ? {} : { input }) }),
    here: (args, { input, env: more } = {}) =>
      runHere(args, { variables: { ...env, LADING_HOSTS: 'off', ...more }, ...(input === undefined ? {} : { input }) }),
  }
}
