// pnpm bench:archive: the image of `pnpm bench` to a docker-archive and back, in turn by lading and, where installed, skopeo and podman.
// LADING_BENCH_MB (default 500), LADING_BENCH_ROUNDS (default 5), LADING_BENCH_DIR, LADING_BENCH_JSON: as there.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { missing, pathOf } from '../../test/support/real-parts.ts'
import { sizeOf } from '../support/image/image.ts'
import { machineFiles } from '../support/image/machine-files.ts'
import { measure, median, type Measured } from '../support/measure.ts'
import { cli } from '../support/lading.ts'
import { writeJson } from '../support/report.ts'
import * as settings from '../support/settings.ts'
import { say } from '../support/settings.ts'
import { pushImage, startRegistry } from '../support/registry.ts'

const megabytes = settings.megabytes(500)
const rounds = settings.rounds(5)
const folder = settings.folder

const lading = (...args: readonly string[]): Promise<Measured> => measure(process.execPath, [...cli, ...args])
const skopeo = (...args: readonly string[]): Promise<Measured> =>
  measure(pathOf('skopeo'), ['--insecure-policy', 'copy', '-q', ...args])
const podman = (...args: readonly string[]): Promise<Measured> => measure(pathOf('podman'), [...podmanOwn, ...args])
const podmanOwn = [
  '--root',
  join(folder, 'podman'),
  '--runroot',
  join(folder, 'podman-run'),
  '--tmpdir',
  join(folder, 'podman-tmp'),
]

const measured: Record<string, readonly Measured[]> = {}

/** What is measured, and what goes before each time. */
interface Contestant {
  readonly run: () => Promise<Measured>
  readonly clear: () => Promise<unknown>
}

await mkdir(folder, { recursive: true })
say(`building an image of at least ${megabytes} MB in ${folder} (kept for the next run) ...`)
const image = await machineFiles(join(folder, `gzip-${megabytes}`), { size: { compressedBytes: megabytes * 1e6 } })
const compressed = sizeOf(image)
const uncompressed = image.layers.reduce((sum, layer) => sum + layer.uncompressed, 0)

const registry = await startRegistry(folder)
const store = join(folder, 'store')
const archive = (who: string): string => join(folder, `${who}.tar`)
const remove = (path: string) => (): Promise<void> => rm(path, { recursive: true, force: true })
const target = join(folder, 'target')
try {
  await pushImage(registry.host, 'bench/pull', '1', image)
  const reference = `${registry.host}/bench/pull:1`
  await lading('pull', '-q', '--root', store, reference)
  const save: Record<string, Contestant> = {
    'lading save': {
      run: () => lading('save', '--root', store, '-o', archive('lading'), reference),
      clear: remove(archive('lading')),
    },
    'lading save --from-registry': {
      run: () => lading('save', '--from-registry', '-o', archive('lading-far'), reference),
      clear: remove(archive('lading-far')),
    },
  }
  const load: Record<string, Contestant> = {
    'lading load': {
      run: () => lading('load', '--root', target, '-i', archive('lading')),
      clear: remove(target),
    },
  }
  if (!missing('skopeo')) {
    save['skopeo copy (docker-archive)'] = {
      run: () => skopeo(`oci:${store}:${reference}`, `docker-archive:${archive('skopeo')}:${reference}`),
      clear: remove(archive('skopeo')),
    }
    load['skopeo copy (docker-archive)'] = {
      run: () => skopeo(`docker-archive:${archive('skopeo')}`, `oci:${target}:1`),
      clear: remove(target),
    }
  }
  if (!missing('podman')) {
    await podman('pull', '-q', '--tls-verify=false', reference)
    save['podman save'] = {
      run: () => podman('save', '-q', '-o', archive('podman'), reference),
      clear: remove(archive('podman')),
    }
    load['podman load'] = {
      run: () => podman('load', '-q', '-i', archive('podman')),
      clear: () => podman('rmi', '-f', reference),
    }
  }

  say(
    `${(compressed / 1e6).toFixed(0)} MB gzip, ${(uncompressed / 1e6).toFixed(0)} MB tar, ${image.layers.length} layers; Node ${process.versions.node}, ${cpus().length} cores, ${rounds} rounds`,
  )
  await compare('save', save)
  for (const who of ['lading', 'skopeo', 'podman'])
    if (existsSync(archive(who))) say(`${who} wrote ${((await stat(archive(who))).size / 1e6).toFixed(0)} MB`)
  await compare('load', load)
  await writeJson(measured)
} finally {
  await registry.close()
  for (const path of [store, target, ...['lading', 'lading-far', 'skopeo', 'podman'].map(archive)]) await remove(path)()
  if (!missing('podman')) {
    await podman('rmi', '--all', '--force')
    // It leaves this bound.
    spawnSync('umount', [join(folder, 'podman/overlay')])
    for (const path of ['podman', 'podman-run', 'podman-tmp']) await remove(join(folder, path))()
  }
}

/** Of the last minute: above the number of cores nothing that is measured counts. */
function load1(): string {
  return (loadavg()[0] ?? 0).toFixed(1)
}

async function compare(what: string, contestants: Readonly<Record<string, Contestant>>): Promise<void> {
  const results = new Map<string, Measured[]>(Object.keys(contestants).map((name) => [name, []]))
  const before = load1()
  // One uncounted round warms the page cache for everybody alike.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, { run, clear }] of Object.entries(contestants)) {
      await clear()
      const found = await run()
      if (round > 0) results.get(name)?.push(found)
    }
  }
  for (const [name, runs] of results) measured[name] = runs
  const anchor = median((results.get('skopeo copy (docker-archive)') ?? []).map(({ wall }) => wall))
  say(
    `\n${`${what}: median of the rounds`.padEnd(32)}${'wall s'.padStart(9)}${'CPU s'.padStart(9)}${'peak MiB'.padStart(10)}${'x skopeo'.padStart(10)}   load of the machine ${before} before, ${load1()} after`,
  )
  for (const [name, runs] of results) {
    const wall = median(runs.map((run) => run.wall))
    const ratio = anchor > 0 ? (wall / anchor).toFixed(2) : '-'
    say(
      `${name.padEnd(32)}${wall.toFixed(2).padStart(9)}${median(runs.map((run) => run.cpu))
        .toFixed(2)
        .padStart(9)}${median(runs.map((run) => run.peak))
        .toFixed(0)
        .padStart(10)}${ratio.padStart(10)}`,
    )
  }
}
