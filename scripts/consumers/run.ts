// Takes every package as somebody does who finds it on npm. `pnpm test:consumers` publishes all of them to an npm registry on
// loopback, as a release does, and installs each with what its README says, with npm and pnpm on each Node that we support.
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { checkTypes, checkWithoutNodeTypes, folderOf } from './check-types.ts'
import { loadEntries, loadOnOldNode, runExample, startExampleRegistry, type Scene } from './examples.ts'
import { startLocalRegistry, type LocalRegistry } from './local-registry.ts'
import { readPublished, type Published } from './packages.ts'
import { measure, writePage } from './page.ts'
import {
  environmentOf,
  managerCommand,
  nodeOf,
  nodeVersions,
  oldNodeVersions,
  typescriptVersions,
  type Manager,
} from './tools.ts'

const execute = promisify(execFile)

const { values } = parseArgs({
  options: {
    /** One Node for each package manager, as `.ci/run` does it. */
    subset: { type: 'boolean', default: false },
    /** Writes docs/packages.md. */
    write: { type: 'boolean', default: false },
    /** These alone: `--only store --only tar`. */
    only: { type: 'string', multiple: true },
  },
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const packages = readPublished().filter(({ name }) => values.only?.includes(folderOf(name)) ?? true)
const ways: readonly (readonly [Manager, string])[] = values.subset
  ? [
      ['npm', '22.19.0'],
      ['pnpm', '26'],
    ]
  : nodeVersions.flatMap((node) => [['npm', node] as const, ['pnpm', node] as const])

const folder = mkdtempSync(join(tmpdir(), 'lading-consumers-'))
const problems: string[] = []
const registry = await startLocalRegistry(folder)
const examples = await startExampleRegistry()
try {
  publish(registry)
  for (const [manager, version] of ways) await consume(manager, version)
} finally {
  await Promise.all([registry.close(), examples.close()])
  rmSync(folder, { recursive: true, force: true })
}
for (const problem of problems) process.stderr.write(`${problem}\n`)
say(`${packages.length} packages, ${ways.length} ways to install each: ${problems.length} problems`)
if (problems.length > 0) process.exitCode = 1

/** With the command of the release workflow, but for provenance, which is GitHub's to give. */
function publish({ url, userConfig }: LocalRegistry): void {
  const [pnpm] = managerCommand('pnpm', process.execPath)
  execFileSync(pnpm, ['-r', 'publish', '--access', 'public', '--no-git-checks', '--registry', url], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      NPM_CONFIG_USERCONFIG: userConfig,
      npm_config_registry: url,
      npm_config_provenance: 'false',
      NPM_CONFIG_PROVENANCE: 'false',
    },
  })
}

async function consume(manager: Manager, version: string): Promise<void> {
  const node = nodeOf(version)
  const root = join(folder, `${manager}-${version}`)
  const env: NodeJS.ProcessEnv = {
    ...environmentOf(node, registry.url),
    NPM_CONFIG_USERCONFIG: registry.userConfig,
    npm_config_minimum_release_age: '0',
  }
  const before = problems.length
  // Two at a time: half of an install waits.
  const queue = [...packages]
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await one(next)
  }
  const one = async (published: Published): Promise<void> => {
    const scene: Scene = { node, env, folder: join(root, folderOf(published.name)), registry: examples }
    mkdirSync(scene.folder, { recursive: true })
    writeFileSync(join(scene.folder, 'package.json'), '{"name":"consumer","private":true,"type":"module"}')
    const command = manager === 'npm' ? ['install'] : ['add', '--config.minimumReleaseAge=0']
    try {
      const [program, ...first] = managerCommand(manager, node)
      await execute(program, [...first, ...command, ...published.install], { cwd: scene.folder, env })
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string }
      problems.push(`${published.name} cannot be installed with ${manager} on Node ${version}: ${stdout}${stderr}`)
      return
    }
    problems.push(...(await loadEntries(published, scene)), ...(await runExample(published, scene)))
    if (version === ways[0]?.[1])
      for (const old of oldNodeVersions)
        problems.push(...(await loadOnOldNode(published, { ...scene, node: nodeOf(old) })))
  }
  await Promise.all([work(), work()])
  problems.push(...checkTypes(root, packages, typescriptVersions))
  problems.push(...checkWithoutNodeTypes(root, packages, typescriptVersions[0] ?? ''))
  if (values.write && manager === 'npm' && version === nodeVersions.at(-1))
    writePage(packages.map((each) => measure(each, node, root)))
  say(`${manager} on Node ${version}: ${problems.length - before} problems`)
}
