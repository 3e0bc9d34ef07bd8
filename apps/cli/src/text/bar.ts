import { formatSize } from './size.ts'

/** Above this many columns there is room for the box. */
const narrow = 110

/** docker's progress bar: a box of 50 where there is room, and how much of how much. Empty when nothing is known. */
export function formatBar(current: number, total: number, columns: number): string {
  if (current <= 0 && total <= 0) return ''
  if (total <= 0) return formatSize(current).padStart(8)
  const box = columns > narrow ? `${box50(current / total)} ` : ''
  const amount = formatSize(Math.max(0, current)).padStart(8)
  return current > total ? `${box}${amount}` : `${box}${amount}/${formatSize(total)}`
}

function box50(fraction: number): string {
  const half = Math.min(50, Math.floor(Math.floor(Math.max(0, fraction) * 100) / 2))
  return `[${'='.repeat(half)}>${' '.repeat(50 - half)}]`
}
