// pnpm bench:copy: one image pushed from disk, pushed again, and copied from registry to registry, in turn by lading and,
// where they are installed, crane and skopeo. LADING_BENCH_MB (default 500), LADING_BENCH_ROUNDS (default 3), LADING_BENCH_DIR.
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { missing, pathOf } from '../../test/support/real-parts.ts'
import { buildImage } from '../pull/image.ts'
import { measure, median, type Measured } from '../pull/measure.ts'
import { pushImage, startRegistry, type BenchRegistry } from '../pull/registry.ts'

const megabytes = Number(process.env['LADING_BENCH_MB'] ?? 500)
const rounds = Number(process.env['LADING_BENCH_ROUNDS'] ?? 3)
const folder = process.env['LADING_BENCH_DIR'] ?? join(tmpdir(), 'lading-bench')

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const built = fileURLToPath(new URL('../../apps/cli/dist/bin.js', import.meta.url))
const source = fileURLToPath(new URL('../../apps/cli/src/bin.ts', import.meta.url))
const cli = existsSync(built) ? [built] : ['--conditions=@lading/source', source]
const root = join(folder, 'store')
const env = { LADING_HOSTS: 'off', LADING_ROOT: root }
const lading = (...args: readonly string[]): Promise<Measured> => measure(process.execPath, [...cli, ...args], env)
const skopeo = (from: string, to: string): Promise<Measured> =>
  measure(pathOf('skopeo'), [
    '--insecure-policy',
    'copy',
    '-q',
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
    from,
    to,
  ])
const crane = (...args: readonly string[]): Promise<Measured> => measure(pathOf('crane'), [...args, '--insecure'])

await mkdir(folder, { recursive: true })
say(`building an image of at least ${megabytes} MB in ${folder} (kept for the next run) ...`)
const image = await buildImage(folder, megabytes * 1_000_000)
const size = image.layers.reduce((sum, layer) => sum + layer.size, 0)
const origin = await startRegistry(join(folder, 'origin'))
const target = join(folder, 'pushed')
await rm(target, { recursive: true, force: true })
const registry: BenchRegistry = await startRegistry(target)
const from = `${origin.host}/bench/pull:1`
const named = `${registry.host}/bench/push:1`
const layout = join(folder, 'one')
try {
  await pushImage(origin.host, 'bench/pull', '1', image)
  await rm(root, { recursive: true, force: true })
  await rm(layout, { recursive: true, force: true })
  await lading('copy', '-q', from, `store:${named}`)
  await lading('copy', '-q', from, `oci:${layout}:1`)
  const pushes: Record<string, () => Promise<Measured>> = { lading: () => lading('push', '-q', named) }
  const copies: Record<string, () => Promise<Measured>> = { lading: () => lading('copy', '-q', from, named) }
  if (!missing('crane')) {
    pushes['crane'] = () => crane('push', layout, named)
    copies['crane'] = () => crane('copy', from, named)
  }
  if (!missing('skopeo')) {
    pushes['skopeo'] = () => skopeo(`oci:${layout}:1`, `docker://${named}`)
    copies['skopeo'] = () => skopeo(`docker://${from}`, `docker://${named}`)
  }
  say(
    `${(size / 1e6).toFixed(0)} MB, ${image.layers.length} layers, ${registry.name} on loopback; Node ${process.versions.node}, ${cpus().length} cores, ${rounds} rounds\n`,
  )
  say(`${'median of the rounds'.padEnd(34)}${'wall s'.padStart(9)}${'CPU s'.padStart(9)}${'peak MiB'.padStart(10)}`)
  const nodes = await inTurn({ 'node -e 0': () => measure(process.execPath, ['-e', '0']) }, false)
  tell('', nodes)
  tell('push: ', await inTurn(pushes, true))
  tell('push, all of it there: ', await inTurn(pushes, false))
  tell('registry to registry: ', await inTurn(copies, true))
  tell('the same, all of it there: ', await inTurn(copies, false))
} finally {
  await registry.close()
  await origin.close()
  await rm(target, { recursive: true, force: true })
}

/** Each in each round; one uncounted round warms the page cache for everybody alike. */
async function inTurn(
  contestants: Readonly<Record<string, () => Promise<Measured>>>,
  empty: boolean,
): Promise<ReadonlyMap<string, readonly Measured[]>> {
  const results = new Map<string, Measured[]>(Object.keys(contestants).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(contestants)) {
      // What a registry keeps; it looks for it anew each time.
      if (empty) await rm(join(target, 'registry', 'data', 'docker'), { recursive: true, force: true })
      const measured = await run()
      if (round > 0) results.get(name)?.push(measured)
    }
  }
  return results
}

function tell(title: string, results: ReadonlyMap<string, readonly Measured[]>): void {
  for (const [name, runs] of results) {
    const of = (each: (run: Measured) => number, digits: number): string => median(runs.map(each)).toFixed(digits)
    say(
      `${`${title}${name}`.padEnd(34)}${of(({ wall }) => wall, 2).padStart(9)}${of(({ cpu }) => cpu, 2).padStart(9)}${of(({ peak }) => peak, 0).padStart(10)}`,
    )
  }
}
