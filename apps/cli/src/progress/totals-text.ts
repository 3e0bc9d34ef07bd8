import { formatAmount, formatClock, formatPart, formatRate, formatSpan } from '../text/amount.ts'
import { formatBox } from '../text/size.ts'
import { firstThatFits } from './first-that-fits.ts'
import type { Totals } from './totals.ts'
import type { Verb } from './words.ts'

/** From here on a bar has room beside the numbers. */
const narrowest = 60
/** And here for words about the time, too. */
const roomy = 80

/** A transfer that brings nothing for so long is stalled. */
export const stalledAfterMs = 5000

/** One line about everything, as much of it as fits: `12.3 of 26.3 MB, 6.4 MB/s, 0:02 left, 0:04 elapsed`. */
export function totalsText(totals: Totals, columns: number): string {
  const { done, total, elapsedMs } = totals
  const amount = formatPart(done, total)
  const [pace, left] = paceText(totals)
  const elapsed = formatClock(elapsedMs)
  const join = (...parts: readonly (string | undefined)[]): string =>
    parts.filter((part) => part !== undefined).join(', ')
  const long = join(amount, pace, left, `${elapsed} elapsed`)
  const short = join(amount, pace, left, elapsed)
  const box = (reserved: number): string => `${formatBox(done / total, Math.min(50, columns - reserved))} `
  return firstThatFits(columns - 1, [
    ...(columns >= roomy ? [`${box(57)}${long}`] : []),
    ...(columns >= narrowest ? [`${box(50)}${short}`] : []),
    long,
    short,
    join(amount, left ?? pace),
    amount.trim(),
  ])
}

/** The same as a line of a log. */
export function totalsLine(totals: Totals): string {
  const [pace, left] = paceText(totals)
  return [formatPart(totals.done, totals.total).trim(), pace, left].filter((part) => part !== undefined).join(', ')
}

function paceText({
  done,
  total,
  rate,
  leftMs,
  idleMs,
  moves,
}: Totals): readonly [pace?: string, left?: string | undefined] {
  if (done >= total) return []
  if (moves && idleMs >= stalledAfterMs) return [`stalled for ${formatSpan(idleMs, 0)}`]
  if (rate === undefined || rate <= 0) return []
  return [formatRate(rate), leftMs === undefined ? undefined : `${formatClock(leftMs + 999)} left`]
}

/** What a command has done, in the end: `26.3 MB in 4.1 s, 6.4 MB/s; 2 layers were here`. `undefined`: nothing was transferred. */
export function summaryText({ moved, elapsedMs, spared, resumed }: Totals, verb: Verb | undefined): string | undefined {
  if (moved <= 0) return undefined
  const rate = elapsedMs >= 1 ? `, ${formatRate((moved / elapsedMs) * 1000)}` : ''
  const [here, earlier] = verb === undefined ? ['here', 'an earlier pull'] : ['there', 'an earlier attempt']
  return [
    `${formatAmount(moved)} in ${formatSpan(elapsedMs)}${rate}`,
    ...(resumed > 0 ? [`${formatAmount(resumed)} came from ${earlier}`] : []),
    ...(spared > 0 ? [`${spared === 1 ? '1 layer was' : `${spared} layers were`} ${here}`] : []),
  ].join('; ')
}
