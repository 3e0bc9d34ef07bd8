import { parseDigest } from '@lading/digest'
import { expect, it } from 'vitest'
import { draw } from '../picture/draw.ts'
import { spansOf, type Stamped } from '../picture/spans.ts'

const digest = parseDigest(`sha256:${'a'.repeat(64)}`)
const layer = { digest, id: 'aaaaaaaaaaaa' }
const events: readonly Stamped[] = [
  { at: 100, event: { type: 'endpoint', url: 'http://127.0.0.1:1', mirror: false } },
  { at: 150, event: { type: 'layer:pulling', size: 10, ...layer } },
  { at: 200, event: { type: 'layer:bytes', current: 1, total: 10, ...layer } },
  { at: 210, event: { type: 'layer:extracting', current: 1, total: 10, ...layer } },
  { at: 300, event: { type: 'layer:bytes', current: 10, total: 10, ...layer } },
  { at: 310, event: { type: 'layer:verifying', ...layer } },
  { at: 350, event: { type: 'layer:verified', ...layer } },
  { at: 400, event: { type: 'layer:complete', ...layer } },
  { at: 420, event: { type: 'status', status: 'downloaded', reference: 't' } },
]

it('accounts for a pull from its start to its end', () => {
  expect(spansOf(events, 500).map(({ row, kind, from, to }) => `${row} ${kind} ${from}-${to}`)).toEqual([
    'pull start 0-100',
    'pull ask 100-150',
    'aaaaaaaaaaaa wait 150-200',
    'aaaaaaaaaaaa download 200-310',
    'aaaaaaaaaaaa store 310-350',
    'aaaaaaaaaaaa verify 210-400',
    'pull name 400-500',
  ])
})

it('accounts for a pull that had nothing to do', () => {
  const upToDate: readonly Stamped[] = [
    { at: 100, event: { type: 'endpoint', url: 'http://127.0.0.1:1', mirror: false } },
    { at: 130, event: { type: 'status', status: 'up-to-date', reference: 't' } },
  ]
  expect(spansOf(upToDate, 150).map(({ kind, from, to }) => `${kind} ${from}-${to}`)).toEqual([
    'start 0-100',
    'ask 100-130',
    'name 130-150',
  ])
})

it('draws each span once, where its time is', () => {
  const spans = spansOf(events, 500)
  const svg = draw('a <pull> & more', spans)
  const bars = [
    ...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="(\d+)" fill="[^"]+"><title>([^<]+)/g),
  ]
  // 710 units are 500 ms, after a margin of 130.
  expect(bars.map(([, x, y, width, height, says]) => `${x} ${width} ${y}/${height} ${says}`)).toEqual([
    '130.0 142.0 34/22 Node and lading start: 100 ms',
    '272.0 71.0 34/22 manifest, config: 50 ms',
    '343.0 71.0 64/22 waits for its turn: 50 ms',
    '414.0 156.2 64/11 comes, is hashed and written: 110 ms',
    '570.2 56.8 64/11 made durable: 40 ms',
    '428.2 269.8 75/11 inflated, diffID: 190 ms',
    '698.0 142.0 34/22 name written, end: 100 ms',
  ])
  expect(svg).toContain('>a &lt;pull&gt; &amp; more</text>')
  expect(svg).toContain('>0.1 s</text>')
  expect(draw('a <pull> & more', spans)).toBe(svg)
})
