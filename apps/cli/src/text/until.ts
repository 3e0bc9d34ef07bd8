import { printable } from '@lading/errors'
import { CliError } from '../cli-error.ts'

const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
}
const durations = /^(?:[0-9]{1,9}(?:\.[0-9]{1,3})?[smhdw])+$/
/** RFC 3339, or its date alone, or without a zone: then the one of this machine, as with docker. */
const time =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)(Z|z|[+-][0-9]{2}:[0-9]{2})?)?$/
const unixTime = /^[0-9]{9,11}(?:\.[0-9]{1,9})?$/

/**
 * What docker's filter `until` takes: how long ago, a time, or seconds since 1970.
 *
 * @param now in milliseconds since 1970, like what it gives
 * @throws CliError `USAGE`
 */
export function parseUntil(text: string, now: number): number {
  if (durations.test(text)) {
    const parts = text.matchAll(/([0-9.]+)([smhdw])/g)
    return now - [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? NaN), 0)
  }
  if (unixTime.test(text)) return Number(text) * 1000
  const [, date = '', clock = '00:00', zone = ''] = time.exec(text) ?? []
  const parsed = Date.parse(`${date}T${clock}${zone.toUpperCase()}`)
  if (Number.isNaN(parsed))
    throw new CliError('USAGE', `'${printable(text)}' is not a time`, {
      hint: 'use a time span (24h, 7d, 1h30m), a date (2026-01-31), a time (2026-01-31T12:00:00Z), or seconds since 1970',
    })
  return parsed
}
