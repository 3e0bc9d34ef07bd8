// pnpm bench serve: pulls by several skopeo at once through `lading serve` and through Debian's `docker-registry` as a
// proxy, in turn, from a registry that sends 100 MB/s; and what a hit costs where few names are and where many are.
// LADING_BENCH_MB (default 500), LADING_BENCH_ROUNDS (default 3), LADING_BENCH_CLIENTS (default 1,8,32: each writes the
// image once), LADING_BENCH_NAMES (default 10000; 0: no hits), LADING_BENCH_HITS (default 2000), LADING_BENCH_DIR, LADING_BENCH_TARGETS, LADING_BENCH_JSON.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startChildRegistry } from '../registry/child-registry.ts'
import { machineFiles } from '../support/image/machine-files.ts'
import { pushImage } from '../support/registry.ts'
import { circumstances, loadNow, machine, markdown, writeJson } from '../support/report.ts'
import { clientCounts, count, folder, megabytes, rounds, say, targets } from '../support/settings.ts'
import { caches } from './caches.ts'
import { measureHits } from './hits.ts'
import { medians, pullThrough, type Far, type Pulled } from './pulls.ts'

const bytesPerSecond = 100e6
const size = megabytes(500)
const names = count('LADING_BENCH_NAMES', 10_000)
const times = rounds(3)
const path = 'bench/pull:big'

interface Cell {
  readonly cache: string
  readonly clients: number
  readonly cold: readonly Pulled[]
  readonly warm: readonly Pulled[]
}

async function measurePulls(): Promise<{ readonly cells: readonly Cell[]; readonly bytes: number }> {
  const image = await machineFiles(join(folder, `gzip-${size}`), {
    compression: 'gzip',
    size: { compressedBytes: size * 1e6 },
  })
  const registry = await startChildRegistry({
    storage: { directory: join(folder, 'serve-upstream') },
    maxBlobBytes: 2 ** 34,
    totalBytesPerSecond: bytesPerSecond,
  })
  try {
    const { host } = new URL(registry.url)
    await pushImage(host, 'bench/pull', 'big', image)
    const far: Far = { host, sent: async () => (await registry.counted()).blobBytes }
    const cells = clientCounts([1, 8, 32]).flatMap((clients) =>
      Object.entries(caches).map(([cache, start]) => ({
        cache,
        start,
        clients,
        cold: [] as Pulled[],
        warm: [] as Pulled[],
      })),
    )
    for (let round = 0; round < times; round += 1) {
      for (const { start, clients, cold, warm } of cells) {
        const got = await pullThrough(start, far, { path, clients })
        cold.push(got.cold)
        warm.push(got.warm)
      }
    }
    const bytes = [image.config, ...image.layers].reduce((sum, blob) => sum + blob.size, 0)
    return { cells, bytes }
  } finally {
    await registry.close()
  }
}

function tell(cells: readonly Cell[]): void {
  const line = ({ cache, clients, cold: colds, warm: warms }: Cell): readonly string[] => {
    const peer = cells.find((other) => other.clients === clients && other.cache === 'docker-registry')
    const [cold, warm] = [medians(colds), medians(warms)]
    const ratio = (mine: Pulled, theirs: readonly Pulled[] | undefined): string =>
      theirs === undefined ? '' : (mine.wall / medians(theirs).wall).toFixed(2)
    return [
      cache,
      String(clients),
      cold.wall.toFixed(2),
      ratio(cold, peer?.cold),
      (cold.fromFar / 1e6).toFixed(1),
      cold.cpu.toFixed(2),
      warm.wall.toFixed(2),
      ratio(warm, peer?.warm),
      (warm.fromFar / 1e6).toFixed(1),
      warm.cpu.toFixed(2),
      warm.peak.toFixed(0),
    ]
  }
  const header = [
    '',
    'clients',
    'cold: wall s',
    '× docker-registry',
    'MB from upstream',
    'CPU s',
    'warm: wall s',
    '× docker-registry',
    'MB from upstream',
    'CPU s',
    'peak MiB',
  ]
  for (const each of markdown(header, cells.map(line))) say(each)
}

await mkdir(targets, { recursive: true })
const load = loadNow()
const { cells, bytes } = await measurePulls()
const facts = { date: new Date().toISOString(), machine: machine(targets) }
say(
  `## serve: ${(bytes / 1e6).toFixed(0)} MB through a cache, from a registry that sends ${bytesPerSecond / 1e6} MB/s\n`,
)
say(
  `Medians of ${times} in turn; processor time and memory are the cache's; ${circumstances({ ...facts, load: [load, loadNow()] })}\n`,
)
tell(cells)
for (const { cache, clients, cold, warm } of cells) {
  if (cache !== 'lading serve') continue
  const twice = cold.some(({ fromFar }) => fromFar !== bytes) || warm.some(({ fromFar }) => fromFar !== 0)
  if (!twice) continue
  say(`\n${clients} clients: the upstream did not send each blob exactly once`)
  process.exitCode = 1
}
const hits = names === 0 ? [] : await measureHits(names, times)
await writeJson({ ...facts, bytes, cells, hits })
