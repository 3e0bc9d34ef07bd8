import type { Span, SpanKind } from './spans.ts'

const kinds: Readonly<Record<SpanKind, { readonly colour: string; readonly says: string }>> = {
  start: { colour: '#8c8c8c', says: 'Node and lading start' },
  ask: { colour: '#5b8db8', says: 'manifest, config' },
  wait: { colour: '#d9d9d9', says: 'waits for its turn' },
  download: { colour: '#2f6f4f', says: 'comes, is hashed and written' },
  store: { colour: '#c98b2b', says: 'made durable' },
  verify: { colour: '#8fbf9f', says: 'inflated, diffID' },
  name: { colour: '#a05a5a', says: 'name written, end' },
}

const [width, left, right] = [860, 130, 20]
const [top, rowHeight, barHeight] = [34, 30, 22]

/** A picture of spans, the same for the same ones: rows of bars over one axis of time, and what the colours mean. */
export function draw(title: string, spans: readonly Span[]): string {
  const rows = [...new Set(spans.map(({ row }) => row))]
  const end = Math.max(1, ...spans.map(({ to }) => to))
  const x = (ms: number): string => (left + (ms / end) * (width - left - right)).toFixed(1)
  const axis = top + rows.length * rowHeight + 4
  const used = (Object.keys(kinds) as SpanKind[]).filter((kind) => spans.some((span) => span.kind === kind))
  const height = axis + 34 + Math.ceil(used.length / 2) * 20
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="8" y="20" font-size="14">${escaped(title)}</text>`,
    ...ticks(end).flatMap((ms) => [
      `<line x1="${x(ms)}" y1="${top}" x2="${x(ms)}" y2="${axis}" stroke="#e4e4e4"/>`,
      `<text x="${x(ms)}" y="${axis + 14}" text-anchor="middle" fill="#555">${ms / 1000} s</text>`,
    ]),
    ...rows.map((row, at) => `<text x="8" y="${top + at * rowHeight + 16}">${escaped(row)}</text>`),
    ...spans.map(({ row, kind, from, to }) => {
      // It runs beside the others: each has half of the row.
      const beside = kind === 'verify'
      const halved = beside || kind === 'download' || kind === 'store'
      const y = top + rows.indexOf(row) * rowHeight + (beside ? barHeight / 2 : 0)
      const bar = `x="${x(from)}" y="${y}" width="${(Number(x(to)) - Number(x(from))).toFixed(1)}" height="${halved ? barHeight / 2 : barHeight}"`
      return `<rect ${bar} fill="${kinds[kind].colour}"><title>${escaped(`${kinds[kind].says}: ${(to - from).toFixed(0)} ms`)}</title></rect>`
    }),
    ...used.flatMap((kind, at) => {
      const [keyX, keyY] = [left + (at % 2) * 360, axis + 26 + Math.floor(at / 2) * 20]
      const sum = spans.filter((span) => span.kind === kind).reduce((all, { from, to }) => all + to - from, 0)
      return [
        `<rect x="${keyX}" y="${keyY}" width="12" height="12" fill="${kinds[kind].colour}"/>`,
        `<text x="${keyX + 18}" y="${keyY + 10}">${escaped(`${kinds[kind].says}: ${(sum / 1000).toFixed(2)} s${kind === 'start' || kind === 'ask' || kind === 'name' ? '' : ' in all layers'}`)}</text>`,
      ]
    }),
    '</svg>',
    '',
  ].join('\n')
}

/** Four to ten of them, at round times. */
function ticks(end: number): readonly number[] {
  const step = [1, 2, 5].map((each) => each * 10 ** Math.floor(Math.log10(end / 4))).findLast((each) => each <= end / 4)
  return Array.from({ length: Math.floor(end / (step ?? end)) + 1 }, (_, at) => at * (step ?? end))
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
