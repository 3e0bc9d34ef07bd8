const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']

interface Scale {
  readonly unit: string
  readonly by: number
  readonly decimals: number
}

/** The unit and the decimals in which a number of bytes has about three digits. Steps of 1000. */
function scaleOf(bytes: number): Scale {
  let by = 1
  let index = 0
  // What would be rounded to 1000 belongs to the next unit.
  while (bytes / by >= 999.5 && index < units.length - 1) {
    by *= 1000
    index += 1
  }
  const value = bytes / by
  return { unit: units[index] ?? '', by, decimals: index === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2 }
}

const inScale = (bytes: number, { by, decimals }: Scale): string => (bytes / by).toFixed(decimals)

/** A number of bytes for people: `26.3 MB`. */
export function formatAmount(bytes: number): string {
  const scale = scaleOf(bytes)
  return `${inScale(bytes, scale)} ${scale.unit}`
}

/** How much of how much, in the unit of the whole and of the same width throughout: ` 2.3 of 26.3 MB`. */
export function formatPart(done: number, total: number): string {
  const scale = scaleOf(total)
  const whole = inScale(total, scale)
  return `${inScale(Math.min(done, total), scale).padStart(whole.length)} of ${whole} ${scale.unit}`
}

/** Bytes a second: `6.4 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  const { unit, by } = scaleOf(bytesPerSecond)
  const value = bytesPerSecond / by
  return `${value.toFixed(unit === 'B' || value >= 99.95 ? 0 : 1)} ${unit}/s`
}

/** How long something took: `4.1 s`, `42 s`, `3 min 20 s`, `1 h 5 min`. `decimals` are those of a few seconds. */
export function formatSpan(ms: number, decimals = 1): string {
  if (ms < 50 && decimals > 0) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(decimals)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** The same as a clock shows it: `0:42`, `12:05`, `1:02:03`. */
export function formatClock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
