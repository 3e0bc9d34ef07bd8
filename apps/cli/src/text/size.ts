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

/** From this many columns on there is room for a bar. */
const narrowest = 60
/** What stands beside the bar: the layer, what happens to it, and how much of how much. */
const beside = 48

/** docker's progress bar, of 50 where there is room, and how much of how much. Empty when nothing is known. */
export function formatBar(current: number, total: number, columns: number): string {
  if (current <= 0 && total <= 0) return ''
  if (total <= 0) return formatSize(current).padStart(8)
  const box = columns < narrowest ? '' : `${formatBox(current / total, Math.min(50, columns - beside))} `
  const amount = formatSize(Math.max(0, current)).padStart(8)
  return current > total ? `${box}${amount}` : `${box}${amount}/${formatSize(total)}`
}

/** `[====>    ]`, three columns wider than `width`. */
export function formatBox(fraction: number, width: number): string {
  const full = Math.min(width, Math.floor((Math.floor(Math.max(0, fraction) * 100) * width) / 100))
  return `[${'='.repeat(full)}>${' '.repeat(width - full)}]`
}
