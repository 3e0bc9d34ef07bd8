import { printable } from '@lading/errors'
import { matches, parseReference } from '@lading/reference'
import { CliError } from '../cli-error.ts'

export interface PruneFilters {
  /** One of them must fit, if there are any. */
  readonly patterns: readonly string[]
  /** Milliseconds since 1970: only what was made before. Of several the earliest. */
  readonly until?: number | undefined
}

/**
 * docker's filters: `reference=PATTERN`, and `until=` a time or how long ago.
 *
 * @throws CliError `USAGE`; ImageReferenceError `PATTERN_INVALID`
 */
export function parsePruneFilters(filters: readonly string[], now: number = Date.now()): PruneFilters {
  const patterns: string[] = []
  const untils: number[] = []
  for (const filter of filters) {
    const [, kind, value = ''] = /^(reference|until)=(.+)$/s.exec(filter) ?? []
    if (kind === undefined)
      throw new CliError('USAGE', `unknown filter '${printable(filter)}'`, {
        hint: 'the filters there are: reference=PATTERN, until=TIME',
      })
    if (kind === 'until') untils.push(parseUntil(value, now))
    else {
      // A bad pattern is bad whatever there is to match.
      matches(parseReference('any'), value)
      patterns.push(value)
    }
  }
  return { patterns, ...(untils.length === 0 ? {} : { until: Math.min(...untils) }) }
}

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

function parseUntil(text: string, now: number): number {
  if (durations.test(text)) {
    const parts = text.matchAll(/([0-9.]+)([smhdw])/g)
    return now - [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? NaN), 0)
  }
  if (unixTime.test(text)) return Number(text) * 1000
  const [, date = '', clock = '00:00', zone = ''] = time.exec(text) ?? []
  const parsed = Date.parse(`${date}T${clock}${zone.toUpperCase()}`)
  if (Number.isNaN(parsed))
    throw new CliError('USAGE', `'${printable(text)}' is no time`, {
      hint: 'until takes how long ago (24h, 7d, 1h30m), a date (2026-01-31), a time (2026-01-31T12:00:00Z), or seconds since 1970',
    })
  return parsed
}
