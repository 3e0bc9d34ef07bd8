// pnpm bench growth: whether a pull costs the same for each byte and for each layer, however many there are, and whether one
// image is found as fast among ten thousand as among ten. LADING_BENCH_MB (default 2000): the largest. LADING_BENCH_ROUNDS
// (default 5), LADING_BENCH_DIR, LADING_BENCH_JSON.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeFileSystem, prepareRoot } from '@lading/content-store'
import { writeManyImages } from '../../packages/store/test/support/many-images.ts'
import { sizeOf, type BenchImage } from '../support/image/image.ts'
import { machineFiles } from '../support/image/machine-files.ts'
import { smallLayers } from '../support/image/small-layers.ts'
import { lading } from '../support/lading.ts'
import { measure, median, type Measured } from '../support/measure.ts'
import { pushImage, startRegistry } from '../support/registry.ts'
import { circumstances, loadNow, machine, markdown, writeJson } from '../support/report.ts'
import { count, folder, megabytes, rounds as roundsOr, say, targets } from '../support/settings.ts'

const rounds = roundsOr(5)
const largest = megabytes(2000)
const load = loadNow()

interface Point {
  /** Bytes, layers or images. */
  readonly size: number
  readonly rounds: readonly Measured[]
}

/** Each in each round, so that what else the machine does falls on all alike. */
async function inTurn(
  of: readonly { readonly size: number; run(target: string): Promise<Measured> }[],
): Promise<readonly Point[]> {
  const points = of.map(({ size }) => ({ size, rounds: [] as Measured[] }))
  for (let round = 0; round <= rounds; round += 1) {
    const directory = await mkdtemp(join(targets, 'targets-'))
    for (const [at, { run }] of of.entries()) {
      const found = await run(join(directory, String(at)))
      if (round > 0) points[at]?.rounds.push(found)
    }
    await rm(directory, { recursive: true, force: true })
  }
  return points
}

const ran = ([program, ...args]: ReturnType<typeof lading>): Promise<Measured> =>
  measure(program, args, { LADING_HOSTS: 'off' })

async function pulls(images: ReadonlyMap<number, BenchImage>): Promise<readonly Point[]> {
  const registry = await startRegistry(folder)
  try {
    for (const [size, image] of images) await pushImage(registry.host, 'bench/growth', `s-${size}`, image)
    return await inTurn(
      [...images.keys()].map((size) => ({
        size,
        run: (target) => ran(lading('pull', '-q', '--root', target, `${registry.host}/bench/growth:s-${size}`)),
      })),
    )
  } finally {
    await registry.close()
  }
}

const wall = ({ rounds: all }: Point): number => median(all.map((each) => each.wall))
const cpu = ({ rounds: all }: Point): number => median(all.map((each) => each.cpu))

/** What each more has cost, from point to point: the start of a process is in none. */
function tell(what: string, points: readonly Point[], unit: number): boolean {
  const steps = points.slice(1).map((point, index) => {
    const before = points[index] ?? point
    const more = (point.size - before.size) / unit
    return { wall: ((wall(point) - wall(before)) / more) * 1000, cpu: ((cpu(point) - cpu(before)) / more) * 1000 }
  })
  const lines = points.map((point, index) => [
    (point.size / unit).toFixed(0),
    wall(point).toFixed(3),
    cpu(point).toFixed(3),
    steps[index - 1]?.wall.toFixed(2) ?? '',
    steps[index - 1]?.cpu.toFixed(2) ?? '',
  ])
  const spread = Math.max(...steps.map((step) => step.cpu)) / Math.min(...steps.map((step) => step.cpu))
  for (const line of markdown([what, 'wall s', 'CPU s', 'ms wall for each more', 'ms CPU'], lines)) say(line)
  return judge(`${what}: CPU for each more differs by ${((spread - 1) * 100).toFixed(0)} %, at most 15`, spread <= 1.15)
}

function judge(goal: string, met: boolean): boolean {
  say(`\n${met ? 'met' : 'NOT met'}: ${goal}\n`)
  return met
}

async function among(): Promise<boolean> {
  const directory = await mkdtemp(join(folder, 'many-images-'))
  try {
    const crowd = count('LADING_BENCH_IMAGES', 10_000)
    const roots = [10, crowd].map((size) => ({ size, root: join(directory, String(size)) }))
    for (const { size, root } of roots) {
      await mkdir(root)
      await prepareRoot(nodeFileSystem(), root)
      await writeManyImages(root, size)
    }
    const found = 'registry.example.com/team-3/app-3:1.3'
    const points = await inTurn(
      roots.map(({ size, root }) => ({ size, run: () => ran(lading('inspect', '--root', root, found)) })),
    )
    for (const line of markdown(
      ['one image among', 'wall s', 'CPU s'],
      points.map((point) => [String(point.size), wall(point).toFixed(3), cpu(point).toFixed(3)]),
    ))
      say(line)
    const [few, all] = points
    const ratio = few === undefined || all === undefined ? NaN : wall(all) / wall(few)
    return judge(`one among ${crowd}: ${ratio.toFixed(2)} x of among 10, at most 1.3`, ratio <= 1.3)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const sizes = [10, 100, 500, 2000].filter((size) => size < largest)
const bySize = new Map<number, BenchImage>()
for (const size of [...sizes, largest]) {
  const image = await machineFiles(join(folder, `one-${size}`), { layers: 1, size: { compressedBytes: size * 1e6 } })
  bySize.set(sizeOf(image), image)
}
const byLayers = new Map<number, BenchImage>()
for (const layers of [1, 30, 60, 120])
  byLayers.set(layers, await smallLayers(join(folder, `small-${layers}-80000`), { layers, bytes: 80_000 }))

const [bytes, layers] = [await pulls(bySize), await pulls(byLayers)]
say('## growth: what each more costs\n')
say(
  `Medians of ${rounds} in turn; ${circumstances({ date: new Date().toISOString(), machine: machine(targets), load: [load, loadNow()] })}\n`,
)
const met = [tell('MB in one layer', bytes, 1e6), tell('layers of 90 kB', layers, 1), await among()]
await writeJson({ name: 'growth', bytes, layers, met })
if (met.includes(false)) process.exitCode = 1
