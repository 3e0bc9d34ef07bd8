import { cpus, loadavg } from 'node:os'
import { median, type Measured } from './measure.ts'
import type { Relay } from './relay.ts'

export interface Row {
  readonly name: string
  readonly rounds: readonly Measured[]
  /** Of one round. */
  readonly sent: ReturnType<Relay['counted']>
}

export interface Report {
  readonly name: string
  readonly what: string
  readonly date: string
  readonly machine: { readonly processor: string; readonly cores: number; readonly node: string }
  /** Of the last minute, before and after. */
  readonly load: readonly [before: number, after: number]
  readonly rows: readonly Row[]
}

/** Above it the times say more of the neighbours than of whoever was measured. */
const quiet = 0.5

export const loadNow = (): number => loadavg()[0] ?? 0

export const machine = (): Report['machine'] => ({
  processor: cpus()[0]?.model ?? '',
  cores: cpus().length,
  node: process.versions.node,
})

const parts = ['wall', 'user', 'system', 'peak'] as const

const middle = ({ rounds }: Row, part: keyof Measured): number => median(rounds.map((each) => each[part]))

/** In Markdown. Ratios are of whoever stands first among the others, crane where it is installed. */
export function tableOf({ name, what, date, machine: { processor, cores, node }, load, rows }: Report): string {
  const anchor = rows.find((row) => !row.name.startsWith('lading'))
  const beside = anchor === undefined ? [] : [`× ${anchor.name}, wall`, 'CPU']
  const header = ['', 'wall s', 'user s', 'system s', 'peak MiB', 'MB', 'requests', ...beside]
  const lines = rows.map((row) => [
    row.name,
    ...parts.map((part) => middle(row, part).toFixed(part === 'peak' ? 0 : 3)),
    (row.sent.bytes / 1e6).toFixed(1),
    String(row.sent.requests),
    ...(anchor === undefined
      ? []
      : (['wall', 'cpu'] as const).map((part) => (middle(row, part) / middle(anchor, part)).toFixed(2))),
  ])
  const [before, after] = load
  const busy = Math.max(before, after) > quiet ? '; others were busy: compare processor time, not wall' : ''
  return [
    `## ${name}: ${what}`,
    '',
    `${date.slice(0, 10)}, ${processor}, ${cores} cores, Node ${node}, medians of ${rows[0]?.rounds.length ?? 0} in turn, load ${before.toFixed(1)} to ${after.toFixed(1)}${busy}`,
    '',
    ...[header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ].join('\n')
}
