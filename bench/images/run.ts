// pnpm bench:images: how long `lading images` takes where ten thousand images are. The CLI is the built one, if there is
// one. LADING_BENCH_ROUNDS (default 10), LADING_BENCH_IMAGES (default 10000).
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFileSystem, prepareRoot } from '@lading/content-store'
import { writeManyImages } from '../../packages/store/test/support/many-images.ts'
import { measure, median, type Measured } from '../support/measure.ts'
import { cli } from '../support/lading.ts'
import * as settings from '../support/settings.ts'
import { say } from '../support/settings.ts'

const rounds = settings.rounds(10)
const count = settings.count('LADING_BENCH_IMAGES', 10_000)

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
