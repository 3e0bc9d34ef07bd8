import { spawnSync } from 'node:child_process'
import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

export interface Size {
  /** In bytes. */
  readonly bytes: number
  readonly files: number
}

/** What is below a folder, links not followed. */
export function sizeOf(folder: string): Size {
  let [bytes, files] = [0, 0]
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    files += 1
    bytes += lstatSync(join(entry.parentPath, entry.name)).size
  }
  return { bytes, files }
}

/** Packages in an npm `node_modules`, apart from the one that was asked for. */
export function dependenciesIn(folder: string, name: string): { readonly ours: number; readonly others: number } {
  const names = new Set<string>()
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue
    if (!entry.name.startsWith('@')) names.add(entry.name)
    else for (const below of readdirSync(join(folder, entry.name))) names.add(`${entry.name}/${below}`)
  }
  names.delete(name)
  const ours = [...names].filter((each) => each.startsWith('@lading/')).length
  return { ours, others: names.size - ours }
}

/** CPU time of a start of Node with this import, in milliseconds: the least of several, less that of one without, in turns. */
export function importTime(node: string, folder: string, name: string, rounds = 3): number {
  let [without, withIt] = [Infinity, Infinity]
  for (let round = 0; round < rounds; round += 1) {
    without = Math.min(without, cpuOf(node, folder, ''))
    withIt = Math.min(withIt, cpuOf(node, folder, `import ${JSON.stringify(name)}`))
  }
  return Math.max(0, withIt - without)
}

function cpuOf(node: string, folder: string, code: string): number {
  const report = `${code}\nprocess.on('exit', () => { const { userCPUTime, systemCPUTime } = process.resourceUsage(); process.stdout.write(String(userCPUTime + systemCPUTime)) })`
  const { stdout } = spawnSync(node, ['--input-type=module', '--eval', report], {
    cwd: realpathSync(folder),
    encoding: 'utf8',
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1', NODE_OPTIONS: '' },
  })
  return Number(stdout) / 1000
}
