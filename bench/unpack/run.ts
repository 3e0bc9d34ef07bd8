// pnpm bench:unpack: an image of 100,000 files unpacked to fresh directories, on tmpfs and on disk, in turn by lading and,
// where installed, umoci, podman and tar. All read the same layers from this machine; lading verifies them.
// LADING_BENCH_FILES (default 100000), LADING_BENCH_ROUNDS (default 5), LADING_BENCH_DIR: on a disk, kept for the next run,
// LADING_BENCH_TMPFS (default /dev/shm). The figures are written to unpack.json in LADING_BENCH_DIR, too.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { missing, pathOf } from '../../test/support/real-parts.ts'
import { digestOf } from '@lading/digest/hash'
import { sizeOf, type BenchImage } from '../support/image/image.ts'
import { machineFiles } from '../support/image/machine-files.ts'
import { measure, median, type Measured } from '../support/measure.ts'
import { cli } from '../support/lading.ts'
import * as settings from '../support/settings.ts'
import { say } from '../support/settings.ts'
import { pushImage, startRegistry } from '../support/registry.ts'
import { measureTree } from './measure-tree.ts'

const files = settings.count('LADING_BENCH_FILES', 100_000)
const rounds = settings.rounds(5)
const base = settings.folder
const folder = join(base, `${files}-files`)
const memory = process.env['LADING_BENCH_TMPFS'] ?? '/dev/shm'

/** What unpacks the image to a directory that is not there yet. */
type Contestant = (directory: string) => Promise<Measured>

/** The goals: at most so many times the wall clock of the other one, and so many MiB. */
const goals = { tmpfs: { umoci: 0.25, podman: 0.35 }, disk: { umoci: 0.4 }, peak: 256 } as const

/** The layers as umoci and podman read them: an OCI layout, whose blobs are the bench's own files. */
async function layoutOf(image: BenchImage): Promise<string> {
  const layout = join(folder, 'layout')
  await rm(layout, { recursive: true, force: true })
  const blobs = join(layout, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const place = (digest: string): string => join(blobs, digest.slice('sha256:'.length))
  for (const { file, digest } of [image.config, ...image.layers]) await link(file, place(digest))
  const bytes = Buffer.from(image.manifest)
  const digest = digestOf(bytes)
  await writeFile(place(digest), bytes)
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const annotations = { 'org.opencontainers.image.ref.name': 'bench' }
  const manifests = [{ mediaType, digest, size: bytes.length, annotations }]
  await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }))
  return layout
}

async function contestantsOf(image: BenchImage, store: string, reference: string): Promise<Record<string, Contestant>> {
  const layout = await layoutOf(image)
  const archives = image.layers.map(({ file }) => file)
  const script = 'mkdir "$0"; for layer; do tar -xzpf "$layer" -C "$0" || exit 1; done'
  const podman = (directory: string): readonly string[] =>
    // It refuses a long one.
    ['root', 'runroot', 'tmpdir'].flatMap((name, index) => [`--${name}`, join(directory, String(index))])
  return {
    lading: (directory) =>
      measureTree(process.execPath, [...cli, 'unpack', '-q', '--root', store, reference, directory]),
    ...(missing('umoci')
      ? {}
      : { umoci: (directory) => measureTree(pathOf('umoci'), ['unpack', '--image', `${layout}:bench`, directory]) }),
    ...(missing('podman')
      ? {}
      : {
          podman: async (directory) => {
            await mkdir(directory)
            const args = [...podman(directory), '--storage-driver=overlay', 'pull', '-q', `oci:${layout}:bench`]
            try {
              return await measureTree(pathOf('podman'), args)
            } finally {
              // It leaves this bound.
              spawnSync('umount', [join(directory, '0', 'overlay')])
            }
          },
        }),
    ...(missing('tar') ? {} : { tar: (directory) => measureTree('sh', ['-c', script, directory, ...archives]) }),
  }
}

interface Row {
  readonly place: string
  readonly who: string
  readonly wall: number
  readonly cpu: number
  readonly peak: number
  /** Times the wall clock of the others. */
  readonly ratios: Readonly<Record<string, number>>
}

/**
 * In turn, each to a directory of its own. What was made on a disk stays to the end: a file system that has just removed a tree is many times
 * slower.
 */
async function compare(
  place: 'tmpfs' | 'disk',
  parent: string,
  contestants: Readonly<Record<string, Contestant>>,
): Promise<readonly Row[]> {
  const directory = await mkdtemp(join(parent, 'u-'))
  const results = new Map<string, Measured[]>(Object.keys(contestants).map((name) => [name, []]))
  const before = load()
  try {
    // One uncounted round warms the page cache for everybody alike.
    for (let round = 0; round <= rounds; round += 1)
      for (const [name, unpack] of Object.entries(contestants)) {
        const target = join(directory, `${name}-${round}`)
        // What the one before has left to be written is not this one's.
        spawnSync('sync')
        const measured = await unpack(target)
        if (round > 0) results.get(name)?.push(measured)
        if (place === 'tmpfs') await rm(target, { recursive: true, force: true })
      }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  const of = (name: string, what: keyof Measured): number =>
    median((results.get(name) ?? []).map((measured) => measured[what]))
  const rows = [...results.keys()].map((who): Row => ({
    place,
    who,
    wall: of(who, 'wall'),
    cpu: of(who, 'cpu'),
    peak: of(who, 'peak'),
    ratios: Object.fromEntries([...results.keys()].map((other) => [other, of(who, 'wall') / of(other, 'wall')])),
  }))
  say(
    `\n${`${place}: median of the rounds`.padEnd(32)}${'wall s'.padStart(9)}${'CPU s'.padStart(9)}${'peak MiB'.padStart(10)}${'lading x'.padStart(10)}   load of the machine ${before} before, ${load()} after`,
  )
  for (const { who, wall, cpu, peak } of rows)
    say(
      `${who.padEnd(32)}${wall.toFixed(2).padStart(9)}${cpu.toFixed(2).padStart(9)}${peak.toFixed(0).padStart(10)}${(of('lading', 'wall') / wall).toFixed(2).padStart(10)}`,
    )
  return rows
}

/** Of the last minute: above the number of cores nothing that is measured counts. */
function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1)
}

function judge(rows: readonly Row[]): readonly { readonly goal: string; readonly met: boolean }[] {
  return rows
    .filter(({ who }) => who === 'lading')
    .flatMap(({ place, peak, ratios }) => [
      ...Object.entries(goals[place as 'tmpfs' | 'disk']).flatMap(([other, most]) => {
        const is = ratios[other]
        return is === undefined
          ? []
          : [{ goal: `${place}: ${is.toFixed(2)} x ${other}, at most ${most}`, met: is <= most }]
      }),
      { goal: `${place}: ${peak.toFixed(0)} MiB, at most ${goals.peak}`, met: peak <= goals.peak },
    ])
}

await mkdir(folder, { recursive: true })
say(`building an image of ${files} files in ${folder} (kept for the next run) ...`)
const image = await machineFiles(join(folder, 'layers'), { size: { files } })
const compressed = sizeOf(image)
const uncompressed = image.layers.reduce((sum, layer) => sum + layer.uncompressed, 0)
const store = join(folder, 'store')
const registry = await startRegistry(folder)
try {
  await pushImage(registry.host, 'bench/unpack', '1', image)
  await rm(store, { recursive: true, force: true })
  const reference = `${registry.host}/bench/unpack:1`
  await measure(process.execPath, [...cli, 'pull', '-q', '--root', store, reference])
  const contestants = await contestantsOf(image, store, reference)
  say(
    `${(compressed / 1e6).toFixed(0)} MB gzip, ${(uncompressed / 1e6).toFixed(0)} MB tar, ${image.layers.length} layers; Node ${process.versions.node}, ${cpus().length} cores, ${rounds} rounds`,
  )
  const rows = [
    ...(existsSync(memory) ? await compare('tmpfs', memory, contestants) : []),
    ...(await compare('disk', base, contestants)),
  ]
  const judged = judge(rows)
  say('')
  for (const { goal, met } of judged) say(`${met ? 'met' : 'NOT met'}: ${goal}`)
  const facts = { files, compressed, uncompressed, node: process.versions.node, cores: cpus().length, rounds }
  await writeFile(join(base, 'unpack.json'), `${JSON.stringify({ ...facts, rows, goals: judged }, undefined, 2)}\n`)
} finally {
  await registry.close()
  await rm(store, { recursive: true, force: true })
}
