// pnpm bench:tar: entries and bytes a second of tar archives, in processor time, next to modern-tar, tar-stream, node-tar and
// `bsdtar -t`. LADING_BENCH_SCALE (default 1) makes the archives larger.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { missing } from '../../test/support/real-parts.ts'
import { cpuSeconds } from '../parse/measure.ts'
import { largeFiles, smallFiles, type Archive } from './archives.ts'
import { iterated, pushed, type Reader } from './readers.ts'
import { say } from '../support/settings.ts'

const scale = Number(process.env['LADING_BENCH_SCALE'] ?? 1)

/** User and system time of a child, as bash counts it: the best of some runs. */
function bsdtarSeconds({ bytes }: Archive): number {
  const directory = mkdtempSync(join(tmpdir(), 'lading-bench-tar-'))
  try {
    const file = join(directory, 'archive.tar')
    writeFileSync(file, bytes)
    const times = Array.from({ length: 5 }, () => {
      const { stderr } = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time bsdtar -tf "$0" >/dev/null', file], {
        encoding: 'utf8',
      })
      return stderr
        .trim()
        .split(' ')
        .reduce((sum, time) => sum + Number(time), 0)
    })
    return Math.min(...times)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

type Rate = (seconds: number) => string

async function compare(archive: Archive, readers: readonly Reader[], rate: Rate): Promise<void> {
  const times: number[] = []
  for (const { name, read } of readers) {
    const seconds = await cpuSeconds(async () => {
      const { entries } = await read(archive)
      if (entries !== archive.entries) throw new Error(`${name} saw ${entries} entries of ${archive.entries}`)
    })
    times.push(seconds)
    say(`  ${name.padEnd(24)}${rate(seconds).padStart(20)}`)
  }
  const [own = NaN, ...theirs] = times
  say(
    `  ${''.padEnd(24)}${(Math.min(...theirs) / own).toFixed(1).padStart(20)} x the fastest of the others; goal: more than 1`,
  )
}

async function compareAll(what: string, archive: Archive, rate: Rate): Promise<void> {
  say(`\n${what}`)
  await compare(archive, pushed, rate)
  await compare(archive, iterated, rate)
  if (!missing('bsdtar')) say(`  ${'bsdtar -t'.padEnd(24)}${rate(bsdtarSeconds(archive)).padStart(20)}`)
}

say(`Node ${process.versions.node}, ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores`)
const small = await smallFiles(50_000 * scale)
await compareAll(
  `${small.entries} small files, all bodies read`,
  small,
  (seconds) => `${Math.round(small.entries / seconds).toLocaleString('en-US')} entries/s`,
)
const large = await largeFiles(32 * scale, 8 * 1024 * 1024)
await compareAll(
  'files of 8 MiB, all bodies read',
  large,
  (seconds) => `${(large.bytes.length / 1e9 / seconds).toFixed(2)} GB/s`,
)
