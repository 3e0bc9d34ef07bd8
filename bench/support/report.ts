import { statfsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { median, type Measured } from './measure.ts'
import type { Relay } from './relay.ts'

export interface Row {
  readonly name: string
  /** Those that came to their end. */
  readonly rounds: readonly Measured[]
  /** Of one round. */
  readonly sent: ReturnType<Relay['counted']>
  /** What it said in each round that failed. */
  readonly failed: readonly string[]
}

export interface Report {
  readonly name: string
  readonly what: string
  readonly date: string
  readonly machine: Machine
  /** Of the last minute, before and after. */
  readonly load: readonly [before: number, after: number]
  readonly rows: readonly Row[]
}

interface Machine {
  readonly processor: string
  readonly cores: number
  readonly node: string
  /** Of the targets. */
  readonly fileSystem: string
}

/** Above it the times say more of the neighbours than of whoever was measured. */
const quiet = 0.5

export const loadNow = (): number => loadavg()[0] ?? 0

/** statfs(2) */
const fileSystems: Readonly<Record<number, string>> = {
  0x01021994: 'tmpfs',
  0xef53: 'ext4',
  0x9123683e: 'btrfs',
  0x58465342: 'xfs',
  0x794c7630: 'overlay',
}

export function machine(targets: string): Machine {
  const { type } = statfsSync(targets)
  return {
    processor: cpus()[0]?.model ?? '',
    cores: cpus().length,
    node: process.versions.node,
    fileSystem: fileSystems[type] ?? type.toString(16),
  }
}

/** The line below a title: where and when, and whether it counts. */
export function circumstances({
  date,
  machine: { processor, cores, node, fileSystem },
  load,
}: Omit<Report, 'rows' | 'name' | 'what'>): string {
  const [before, after] = load
  const busy = Math.max(before, after) > quiet ? '; others were busy: compare processor time, not wall' : ''
  return `${date.slice(0, 10)}, ${processor}, ${cores} cores, Node ${node}, ${fileSystem}, load ${before.toFixed(1)} to ${after.toFixed(1)}${busy}`
}

const parts = ['wall', 'user', 'system', 'peak'] as const

const middle = ({ rounds }: Row, part: keyof Measured): number => median(rounds.map((each) => each[part]))

/** In Markdown. Ratios are of whoever stands first among the others, crane where it is installed. */
export function tableOf(report: Report): string {
  const { name, what, rows } = report
  const anchor = rows.find((row) => !row.name.startsWith('lading') && row.rounds.length > 0)
  const header = ['', 'wall s', 'user s', 'system s', 'peak MiB', 'MB', 'requests']
  if (anchor !== undefined) header.push(`× ${anchor.name}, wall`, 'CPU')
  const lines = rows.map((row) => {
    const numbers = (parts_: readonly string[]): readonly string[] =>
      row.rounds.length > 0 ? parts_ : parts_.map(() => '—')
    const ratio = (part: 'wall' | 'cpu'): string =>
      anchor === undefined ? '' : (middle(row, part) / middle(anchor, part)).toFixed(2)
    return [
      row.name,
      ...numbers(parts.map((part) => middle(row, part).toFixed(part === 'peak' ? 0 : 3))),
      (row.sent.bytes / 1e6).toFixed(1),
      String(row.sent.requests),
      ...(anchor === undefined ? [] : numbers([ratio('wall'), ratio('cpu')])),
    ]
  })
  return [
    `## ${name}: ${what}`,
    '',
    `Medians of ${Math.max(...rows.map(({ rounds }) => rounds.length))} in turn; ${circumstances(report)}`,
    '',
    ...markdown(header, lines),
    '',
    ...rows
      .filter(({ failed }) => failed.length > 0)
      .map(
        (row) =>
          `${row.name} failed ${times(row.failed.length)}${row.rounds.length > 0 ? ` of ${row.failed.length + row.rounds.length}` : ''}: ${row.failed[0]}\n`,
      ),
  ].join('\n')
}

export const markdown = (header: readonly string[], lines: readonly (readonly string[])[]): readonly string[] =>
  [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)

/** All that was measured, where LADING_BENCH_JSON names a file. */
export async function writeJson(reports: unknown): Promise<void> {
  const file = process.env['LADING_BENCH_JSON']
  if (file !== undefined) await writeFile(file, `${JSON.stringify(reports, undefined, 2)}\n`)
}
