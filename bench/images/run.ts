// pnpm bench:images: how long `lading images` takes where ten thousand images are. The CLI is the built one, if there is
// one. LADING_BENCH_ROUNDS (default 10), LADING_BENCH_IMAGES (default 10000).
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeFileSystem, prepareRoot } from '@lading/content-store'
import { writeManyImages } from '../../packages/store/test/support/many-images.ts'
import { measure, median, type Measured } from '../pull/measure.ts'

const rounds = Number(process.env['LADING_BENCH_ROUNDS'] ?? 10)
const count = Number(process.env['LADING_BENCH_IMAGES'] ?? 10_000)
const built = fileURLToPath(new URL('../../apps/cli/dist/bin.js', import.meta.url))
const source = fileURLToPath(new URL('../../apps/cli/src/bin.ts', import.meta.url))
const cli = existsSync(built) ? [built] : ['--conditions=@lading/source', source]

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const show = (what: string, all: readonly Measured[]): void =>
  say(
    `${what.padEnd(44)}${median(all.map(({ wall }) => wall)).toFixed(3)} s, of the processor ${median(all.map(({ cpu }) => cpu)).toFixed(2)} s, ${Math.round(median(all.map(({ peak }) => peak)))} MiB`,
  )

const folder = await mkdtemp(join(tmpdir(), 'lading-bench-images-'))
try {
  const root = join(folder, 'root')
  const none = join(folder, 'none')
  for (const each of [root, none]) {
    await mkdir(each)
    await prepareRoot(nodeFileSystem(), each)
  }
  await writeManyImages(root, count)
  const list = (of: string): Promise<Measured> => measure(process.execPath, [...cli, 'images', '--root', of])
  say(
    `Node ${process.versions.node}, ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores; median of ${rounds}\n`,
  )
  const first = await list(root)
  const walls: Record<'many' | 'none', Measured[]> = { many: [], none: [] }
  for (let round = 0; round < rounds; round++) {
    walls.many.push(await list(root))
    walls.none.push(await list(none))
  }
  show(`${count} images, the first time`, [first])
  show(`${count} images`, walls.many)
  show('no image', walls.none)
} finally {
  await rm(folder, { recursive: true })
}
