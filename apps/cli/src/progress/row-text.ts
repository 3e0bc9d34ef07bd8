import { formatRate, formatSpan } from '../text/amount.ts'
import { formatBar } from '../text/size.ts'
import { firstThatFits } from './first-that-fits.ts'
import type { LayerRow } from './layer-rows.ts'
import type { Pace } from './pace.ts'
import { stalledAfterMs } from './totals-text.ts'
import { percent } from './words.ts'

/** Bytes a second, below which a layer is slow on any line that people have today. */
const slowBelow = 20_000
const slowAfterMs = 4000

/** A layer's line: no wider than the screen less one column, since a line as wide as the screen wraps in some terminals. */
export function rowText({ id, status, bar, phase, resumed }: LayerRow, columns: number, pace?: Pace): string {
  const room = Math.max(1, columns - 1)
  const head = `${id}: ${status}`
  if (bar === undefined) {
    const note = phase === 'done' && resumed !== undefined ? ` (resumed at ${resumed})` : ''
    return firstThatFits(room, [`${head}${note}`, head])
  }
  const shown = formatBar(bar.current, bar.total, columns)
  if (shown === '') return firstThatFits(room, [head])
  const part = percent(bar.current, bar.total)
  const amount = formatBar(bar.current, bar.total, 0)
  const trouble = troubleOf(pace)
  if (trouble === undefined)
    return firstThatFits(room, [
      `${head} ${shown}`,
      `${head} ${amount}`,
      `${head} ${amount.trim()}`,
      `${head} ${part}`,
      `${id}: ${part}`,
    ])
  return firstThatFits(room, [
    `${head} ${shown}, ${trouble}`,
    `${head} ${amount.trim()}, ${trouble}`,
    `${head} ${part}, ${trouble}`,
    `${id}: ${part}, ${trouble}`,
    `${id}: ${trouble}`,
  ])
}

function troubleOf(pace: Pace | undefined): string | undefined {
  if (pace === undefined) return undefined
  const idle = pace.idleMs()
  if (idle >= stalledAfterMs) return `stalled for ${formatSpan(idle, 0)}`
  const rate = pace.rate(slowAfterMs)
  return rate === undefined || rate >= slowBelow ? undefined : `slow, ${formatRate(rate)}`
}
