// Takes every package as somebody does who finds it on npm. `pnpm test:consumers` publishes all of them to an npm registry on
// loopback, as a release does, installs each with what its README says, with npm and pnpm, and uses it on each Node that we
// support. `--subset` is what `.ci/run` has the time for.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { runCheck, typeChecks, writeSources } from './check-types.ts'
import { loadEntries, loadOnOldNode, runExample, startExampleRegistry } from './examples.ts'
import { install, type Layout } from './install.ts'
import { inLanes } from './lanes.ts'
import { startLocalRegistry, type LocalRegistry } from './local-registry.ts'
import { folderOf, readPublished, type Published } from './packages.ts'
import { measure, writePage } from './page.ts'
import { managerCommand, nodeOf, nodeVersions, oldNodeVersions, typescriptVersions, type Compiler } from './tools.ts'

const { values } = parseArgs({
  options: {
    /** The oldest Node and the newest compiler alone. */
    subset: { type: 'boolean', default: false },
    /** Writes docs/packages.md. */
    write: { type: 'boolean', default: false },
    /** These alone: `--only store --only tar`. */
    only: { type: 'string', multiple: true },
  },
})

interface Way {
  readonly layout: Layout
  readonly nodes: readonly string[]
  readonly compilers: readonly Compiler[]
  readonly oldNodes: readonly string[]
}

const [oldestNode = ''] = nodeVersions
const ways: readonly Way[] = values.subset
  ? [
      { layout: 'together', nodes: [oldestNode], compilers: [], oldNodes: [] },
      { layout: 'apart', nodes: [oldestNode], compilers: ['newest'], oldNodes: [] },
    ]
  : [
      { layout: 'alone', nodes: nodeVersions, compilers: ['newest'], oldNodes: oldNodeVersions },
      { layout: 'apart', nodes: nodeVersions, compilers: typescriptVersions, oldNodes: [] },
    ]

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const packages = readPublished().filter(({ name }) => values.only?.includes(folderOf(name)) ?? true)
const folder = mkdtempSync(join(tmpdir(), 'lading-consumers-'))
const problems: string[] = []
const registry = await startLocalRegistry(folder)
const examples = await startExampleRegistry()
const began = performance.now()
const tell = (what: string): void => say(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${what}`)
try {
  await publish(registry)
  tell(`${packages.length} packages are published`)
  for (const way of ways) await consume(way)
} finally {
  await Promise.all([registry.close(), examples.close()])
  rmSync(folder, { recursive: true, force: true })
}
for (const problem of problems) process.stderr.write(`${problem}\n`)
tell(`${problems.length} problems`)
if (problems.length > 0) process.exitCode = 1

/** With the command of the release workflow, but for provenance, which is GitHub's to give. */
async function publish({ url, userConfig }: LocalRegistry): Promise<void> {
  const [pnpm, ...first] = managerCommand('pnpm', process.execPath)
  const args = ['-r', 'publish', '--access', 'public', '--no-git-checks', '--registry', url]
  await promisify(execFile)(pnpm, [...first, ...args], {
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...process.env,
      NPM_CONFIG_USERCONFIG: userConfig,
      npm_config_registry: url,
      npm_config_provenance: 'false',
      NPM_CONFIG_PROVENANCE: 'false',
    },
  })
}

async function consume({ layout, nodes, compilers, oldNodes }: Way): Promise<void> {
  const root = join(folder, layout)
  const before = problems.length
  problems.push(...(await install(packages, layout, { root, registry, node: nodeOf(oldestNode) })))
  if (problems.length > before) return
  tell(`installed ${layout}`)
  writeSources(root, packages)
  const scene = (published: Published, node: string) => ({
    node: nodeOf(node),
    folder: join(root, folderOf(published.name)),
    registry: examples,
  })
  const jobs = [
    ...typeChecks(packages, compilers).map((check) => () => runCheck(root, check)),
    ...packages.flatMap((each) => [
      ...nodes.flatMap((node) => [
        () => loadEntries(each, scene(each, node)),
        () => runExample(each, scene(each, node)),
      ]),
      ...oldNodes.map((node) => () => loadOnOldNode(each, scene(each, node))),
    ]),
  ]
  await inLanes<() => Promise<readonly string[]>>(jobs, async (job) => void problems.push(...(await job())))
  tell(`used, ${layout}: ${problems.length - before} problems`)
  if (values.write && layout === 'alone') {
    const newest = nodeOf(nodeVersions.at(-1) ?? '')
    writePage(packages.map((each) => measure(each, newest, root)))
  }
}
