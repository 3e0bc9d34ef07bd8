import { printable } from '@lading/errors'
import { matches, parseReference } from '@lading/reference'
import { CliError } from '../cli-error.ts'
import { parseUntil } from '../text/until.ts'

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
