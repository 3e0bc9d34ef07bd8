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
