import type { Time } from './tar-entry.ts'

/** As PAX writes times: seconds, and a fraction without zeros at its end. */
export function decimalTime({ seconds, nanoseconds }: Time): string {
  const isNegative = seconds < 0
  const whole = isNegative && nanoseconds > 0 ? -seconds - 1 : Math.abs(seconds)
  const fraction = isNegative && nanoseconds > 0 ? 1e9 - nanoseconds : nanoseconds
  const digits = fraction === 0 ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`
  return `${isNegative ? '-' : ''}${whole}${digits}`
}
