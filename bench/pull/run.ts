// pnpm bench: a large gzip image from this machine's own files, pulled in turn by lading and, where installed, skopeo.
// LADING_BENCH_MB (default 500): compressed size. LADING_BENCH_ROUNDS (default 5). LADING_BENCH_DIR: where the image is kept.
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { missing, pathOf } from '../../test/support/real-parts.ts'
import { buildImage } from './image.ts'
import { measure, median, type Measured } from './measure.ts'
import { pushImage, startRegistry } from './registry.ts'

const megabytes = Number(process.env['LADING_BENCH_MB'] ?? 500)
const rounds = Number(process.env['LADING_BENCH_ROUNDS'] ?? 5)
const folder = process.env['LADING_BENCH_DIR'] ?? join(tmpdir(), 'lading-bench')

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const built = fileURLToPath(new URL('../../apps/cli/dist/bin.js', import.meta.url))
const source = fileURLToPath(new URL('../../apps/cli/src/bin.ts', import.meta.url))
const cli = existsSync(built) ? [built] : ['--conditions=@lading/source', source]

await mkdir(folder, { recursive: true })
say(`building an image of at least ${megabytes} MB in ${folder} (kept for the next run) ...`)
const image = await buildImage(folder, { compressedBytes: megabytes * 1_000_000 })
const compressed = image.layers.reduce((sum, layer) => sum + layer.size, 0)
const uncompressed = image.layers.reduce((sum, layer) => sum + layer.uncompressed, 0)

const registry = await startRegistry(folder)
try {
  await pushImage(registry.host, 'bench/pull', '1', image)
  const reference = `${registry.host}/bench/pull:1`
  const target = join(folder, 'target')
  const contestants: Record<string, () => Promise<Measured>> = {
    'lading (digest and diffID)': () => measure(process.execPath, [...cli, 'pull', '-q', '--root', target, reference]),
    'lading --verify digest': () =>
      measure(process.execPath, [...cli, 'pull', '-q', '--verify', 'digest', '--root', target, reference]),
  }
  if (!missing('skopeo'))
    contestants['skopeo copy (digest)'] = () =>
      measure(pathOf('skopeo'), [
        '--insecure-policy',
        'copy',
        '-q',
        '--src-tls-verify=false',
        `docker://${reference}`,
        `oci:${target}:1`,
      ])

  say(
    `${(compressed / 1e6).toFixed(0)} MB gzip, ${(uncompressed / 1e6).toFixed(0)} MB tar, ${image.layers.length} layers, from ${registry.name}; Node ${process.versions.node}, ${cpus().length} cores, ${rounds} rounds`,
  )
  const results = new Map<string, Measured[]>(Object.keys(contestants).map((name) => [name, []]))
  // One uncounted round warms the page cache for everybody alike.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(contestants)) {
      await rm(target, { recursive: true, force: true })
      const measured = await run()
      if (round > 0) results.get(name)?.push(measured)
    }
  }
  await rm(target, { recursive: true, force: true })

  const anchor = median((results.get('skopeo copy (digest)') ?? []).map(({ wall }) => wall))
  say(
    `\n${'median of the rounds'.padEnd(28)}${'wall s'.padStart(9)}${'CPU s'.padStart(9)}${'peak MiB'.padStart(10)}${'x skopeo'.padStart(10)}`,
  )
  for (const [name, runs] of results) {
    const wall = median(runs.map((run) => run.wall))
    const ratio = anchor > 0 ? (wall / anchor).toFixed(2) : '-'
    say(
      `${name.padEnd(28)}${wall.toFixed(2).padStart(9)}${median(runs.map((run) => run.cpu))
        .toFixed(2)
        .padStart(9)}${median(runs.map((run) => run.peak))
        .toFixed(0)
        .padStart(10)}${ratio.padStart(10)}`,
    )
  }
} finally {
  await registry.close()
}
