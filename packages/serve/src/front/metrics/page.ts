import { printable } from '@lading/errors'
import type { DownloadState } from '../../contracts.ts'
import type { Sums } from './create-metrics.ts'

/** What the page shows. */
export interface PageFacts {
  readonly sums: Sums
  readonly onTheWay: readonly DownloadState[]
  readonly connections: number
  readonly upstreams: readonly string[]
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly now: number
}

/** More rows would help nobody. */
const mostRows = 200

/** One document without a script, and with nothing from elsewhere. Every text is escaped: a client or a registry may have written it. */
export function renderPage({ sums, onTheWay, connections, upstreams, startedAt, now }: PageFacts): string {
  const facts: readonly (readonly [string, string])[] = [
    ['Upstreams', upstreams.join(', ')],
    ['Running for', duration(now - startedAt)],
    ['Requests', String(sums.requests)],
    ['Found here or under way', `${sums.hits} (${sums.misses} not)`],
    ['Sent to clients', bytes(sums.sent)],
    ['Fetched from upstreams', bytes(sums.fetched)],
    ['Saved', bytes(sums.saved)],
    ['Open connections', String(connections)],
  ]
  const rows = onTheWay
    .slice(0, mostRows)
    .map(({ digest, host, repository, size, written, elsewhere, watchers, startedAt: begun }) => [
      `${host}/${repository}`,
      `${digest.slice(0, 19)}…`,
      elsewhere ? `by another process, ${bytes(size)}` : `${bytes(written)} of ${bytes(size)}`,
      String(watchers),
      duration(now - begun),
    ])
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="5">
<title>lading serve</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884 }
</style>
<h1>lading serve</h1>
<table>
${facts.map(([name, value]) => `<tr><th>${escapeHtml(name)}<td>${escapeHtml(value)}`).join('\n')}
</table>
<h2>On its way</h2>
${
  rows.length === 0
    ? '<p>Nothing.</p>'
    : `<table>
<tr><th>Repository<th>Blob<th>Arrived<th>Readers<th>For
${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}`).join('')}`).join('\n')}
</table>`
}
${onTheWay.length > mostRows ? `<p>And ${onTheWay.length - mostRows} more.</p>\n` : ''}<p><a href="/metrics">Metrics</a></p>
</html>
`
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => printable(text, 300).replace(/[&<>"']/g, (unit) => references[unit] ?? '')

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${Number(value.toPrecision(3))} ${units[unit]}`
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
