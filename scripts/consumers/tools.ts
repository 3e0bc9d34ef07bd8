import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/** Nodes, compilers and what the registry has fetched: once for each version, outside the repository. */
export const cache: string = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'lading', 'consumers')

/** The oldest of each line that the packages support, and the newest. */
export const nodeVersions: readonly string[] = ['22.19.0', '24', '26']
/** Too old: they must be told so. */
export const oldNodeVersions: readonly string[] = ['18', '20']
/** The oldest that reads our declarations with `strict` and without `skipLibCheck`, and the newest. */
export const typescriptVersions: readonly string[] = ['5.7', '7']

export type Manager = 'npm' | 'pnpm'

/** Installs one package into a folder of its own, unless it is there; returns the folder. */
function tool(name: string, version: string): string {
  const folder = join(cache, 'tools', `${name.replace('/', '-')}-${version}`)
  if (!existsSync(join(folder, 'whole'))) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', `${name}@${version}`], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    writeFileSync(join(folder, 'whole'), '')
  }
  return folder
}

/** The program of that Node. */
export const nodeOf = (version: string): string => join(tool('node', version), 'node_modules/node/bin/node')

/** `tsc` of that version, to be run with a Node of ours. */
export const compilerOf = (version: string): string =>
  join(tool('typescript', version), 'node_modules/typescript/bin/tsc')

/** Node's types, of the line that fits a compiler of that age. */
export const nodeTypesOf = (version: string): string => join(tool('@types/node', version), 'node_modules')

/** An environment in which `node`, `npm` and `pnpm` are these, and nothing of the workspace is left. */
export function environmentOf(node: string, registry: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|NODE_|INIT_CWD|LADING_|TURBO)/i.test(name))
  const path = [
    dirname(node),
    ...(process.env['PATH'] ?? '').split(delimiter).filter((each) => !each.includes('node_modules')),
  ]
  return {
    ...Object.fromEntries(kept),
    PATH: path.join(delimiter),
    npm_config_registry: registry,
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    CI: 'true',
  }
}

/** How the package managers are started: npm by that Node, pnpm by itself. */
export const managerCommand = (manager: Manager, node: string): readonly [string, ...string[]] =>
  manager === 'npm'
    ? [node, join(tool('npm', '11'), 'node_modules/npm/bin/npm-cli.js')]
    : [join(tool('pnpm', '12'), 'node_modules/.bin/pnpm')]
