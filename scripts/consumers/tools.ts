import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { otherNodes } from '../../test/support/needs.ts'

/** Nodes, compilers and package managers: once for each version, outside the repository. */
const cache: string = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'lading', 'consumers')

/** The oldest of each line that the packages support, and the newest. */
export const nodeVersions: readonly string[] = ['22.19.0', '24', '26']
/** Too old: they must be told so. */
export const oldNodeVersions: readonly string[] = ['18', '20']
/** The oldest that reads our declarations with `strict` and without `skipLibCheck`, and the one of this workspace. */
export const typescriptVersions = ['5.7', 'newest'] as const

export type Compiler = (typeof typescriptVersions)[number]
export type Manager = 'npm' | 'pnpm'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** Installs one package into a folder of its own, unless it is there; returns its `node_modules`. */
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
  return join(folder, 'node_modules')
}

/** The program of that Node: this one, one that the tests have already, or one that is installed. */
export const nodeOf = (version: string): string =>
  process.versions.node.startsWith(`${version}.`)
    ? process.execPath
    : (otherNodes.find((path) => path.includes(`/${version}/`)) ?? join(tool('node', version), 'node/bin/node'))

/** `tsc` of that version, to be run with a Node of ours. */
export const compilerOf = (compiler: Compiler): string =>
  join(compiler === 'newest' ? modules : tool('typescript', compiler), 'typescript/bin/tsc')

/** A folder of types with Node's, of the line that fits a compiler of that age: an older one cannot read the newest. */
export const nodeTypesFor = (compiler: Compiler): string =>
  join(compiler === 'newest' ? modules : tool('@types/node', '22'), '@types')

/** An environment in which `node` is this one, and nothing of the workspace is left. */
export function environmentOf(node: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|NODE_|INIT_CWD|LADING_|TURBO)/i.test(name))
  const path = [
    dirname(node),
    ...(process.env['PATH'] ?? '').split(delimiter).filter((each) => !each.includes('node_modules')),
  ]
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), NPM_CONFIG_UPDATE_NOTIFIER: 'false', CI: 'true' }
}

/** How a package manager is started: npm by that Node, and pnpm as whoever runs this started it, which is the workspace's line. */
export function managerCommand(manager: Manager, node: string): readonly [string, ...string[]] {
  if (manager === 'npm') return [node, join(tool('npm', '11'), 'npm/bin/npm-cli.js')]
  const own = process.env['npm_execpath'] ?? ''
  if (!/pnpm[^/\\]*$/.test(own)) return [join(tool('pnpm', '12'), '.bin/pnpm')]
  return /\.[cm]?js$/.test(own) ? [process.execPath, own] : [own]
}
