import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inLanes } from './lanes.ts'
import type { LocalRegistry } from './local-registry.ts'
import { folderOf, type Published } from './packages.ts'
import { environmentOf, managerCommand, type Manager } from './tools.ts'

/**
 * How packages get into a folder below `root`, one for each of them.
 *
 * `alone`: a project each. `apart`: a workspace of pnpm in which a project finds what its README installs, and a package
 * what it depends on, and nothing else. `together`: one project that has all of them.
 */
export type Layout = 'alone' | 'apart' | 'together'

export interface InstallOptions {
  readonly root: string
  readonly registry: LocalRegistry
  /** The Node that runs npm. */
  readonly node: string
}

/** @returns what went wrong */
export async function install(
  packages: readonly Published[],
  layout: Layout,
  { root, registry, node }: InstallOptions,
): Promise<readonly string[]> {
  const env = { ...environmentOf(node), NPM_CONFIG_USERCONFIG: registry.userConfig }
  const problems: string[] = []
  const project = (folder: string, names: readonly string[]): void => {
    mkdirSync(folder, { recursive: true })
    const dependencies = Object.fromEntries(names.map((name) => [name, '*']))
    const content = { name: 'consumer', private: true, type: 'module', dependencies }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(content))
    // Where the user's configuration is not looked at, the project's is.
    writeFileSync(join(folder, '.npmrc'), `registry=${registry.url}\n`)
  }
  const run = async (manager: Manager, args: readonly string[], cwd: string, what: string): Promise<void> => {
    const [program, ...first] = managerCommand(manager, node)
    await promisify(execFile)(program, [...first, ...args], { cwd, env }).catch((error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string }
      problems.push(`${what} cannot be installed with ${manager}: ${stdout}${stderr}`)
    })
  }
  const npm = ['install', '--prefer-offline', '--no-package-lock']

  for (const each of packages) project(join(root, folderOf(each.name)), layout === 'together' ? [] : each.install)
  if (layout === 'alone') await inLanes(packages, ({ name }) => run('npm', npm, join(root, folderOf(name)), name))
  if (layout === 'together') {
    project(root, [...new Set(packages.flatMap((each) => each.install))])
    await run('npm', npm, root, 'all of them')
  }
  if (layout === 'apart') {
    project(root, [])
    // JSON is YAML.
    const settings = { packages: ['*'], hoist: false, minimumReleaseAge: 0, linkWorkspacePackages: false }
    writeFileSync(join(root, 'pnpm-workspace.yaml'), JSON.stringify(settings))
    await run('pnpm', ['install', '--no-frozen-lockfile', '--prefer-offline'], root, 'all of them')
  }
  return problems
}
