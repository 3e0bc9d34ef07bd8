const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB']

/**
 * A number of bytes as docker writes it: steps of 1000, no blank, `digits` significant digits without trailing zeros
 * (`32.77kB`).
 */
export function formatSize(bytes: number, digits = 4): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${significant(value, digits)}${units[unit]}`
}

/** C's `%.4g` for numbers in [0, 1000]: rounding 999.96 gives 1000, not the next unit. */
const significant = (value: number, digits: number): string =>
  value >= 10 ** digits ? String(Math.round(value)) : String(Number(value.toPrecision(digits)))

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
