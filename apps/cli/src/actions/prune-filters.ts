import { printable } from '@lading/errors'
import { matches, parseReference } from '@lading/reference'
import type { PrunableName } from '@lading/store'
import { CliError } from '../cli-error.ts'
import { timeOf } from '../text/age.ts'
import { parseUntil } from '../text/until.ts'
import { parseDangling } from './dangling-filter.ts'
import { hasLabel } from './label-filter.ts'

/** Which images with a tag go as well. Of patterns one must fit, of everything else all. */
export interface PruneFilters {
  readonly patterns: readonly string[]
  /** Milliseconds since 1970: only what was made before. Of several the earliest. */
  readonly until?: number | undefined
  /** `NAME` or `NAME=VALUE`: that an image has, and that it does not have. */
  readonly labels: readonly string[]
  readonly notLabels: readonly string[]
  /** `true`: none of them. */
  readonly dangling?: boolean | undefined
}

const written = /^(reference|until|label!?|dangling)=(.+)$/s

/**
 * docker's filters: `reference=PATTERN`, `until=` a time or how long ago, `label=` and `label!=`, `dangling=`.
 *
 * @throws CliError `USAGE`; ImageReferenceError `PATTERN_INVALID`
 */
export function parsePruneFilters(filters: readonly string[], now: number = Date.now()): PruneFilters {
  const given = filters.map((filter) => {
    const [, kind, value = ''] = written.exec(filter) ?? []
    if (kind === undefined)
      throw new CliError('USAGE', `unknown filter '${printable(filter)}'`, {
        hint: 'the filters there are: reference=PATTERN, until=TIME, label=NAME[=VALUE], label!=NAME[=VALUE], dangling=true or false',
      })
    return { kind, value }
  })
  const of = (wanted: string): readonly string[] =>
    given.filter(({ kind }) => kind === wanted).map(({ value }) => value)
  // A bad pattern is bad whatever there is to match.
  for (const pattern of of('reference')) matches(parseReference('any'), pattern)
  const untils = of('until').map((value) => parseUntil(value, now))
  const dangling = parseDangling(of('dangling'))
  return {
    patterns: of('reference'),
    labels: of('label'),
    notLabels: of('label!'),
    ...(untils.length === 0 ? {} : { until: Math.min(...untils) }),
    ...(dangling === undefined ? {} : { dangling }),
  }
}

/** Whether no filter says anything of an image but that it has a tag: then all of them go. */
export const takesAllTagged = ({ patterns, until, labels, notLabels, dangling }: PruneFilters): boolean =>
  dangling === false && patterns.length + labels.length + notLabels.length === 0 && until === undefined

export function selectBy(filters: PruneFilters): (name: PrunableName) => Promise<boolean> {
  const { patterns, until, labels, notLabels, dangling } = filters
  return async ({ reference, created, labels: labelsOf }) => {
    if (dangling === true) return false
    if (patterns.length > 0 && !patterns.some((pattern) => matches(reference, pattern))) return false
    if (until !== undefined) {
      // What does not say when it was made is not known to be old.
      const time = timeOf(await created())
      if (time === undefined || time >= until) return false
    }
    if (labels.length + notLabels.length === 0) return true
    const here = await labelsOf()
    // Nor is anything known of the labels of what cannot be read.
    if (here === undefined) return false
    return labels.every((label) => hasLabel(here, label)) && !notLabels.some((label) => hasLabel(here, label))
  }
}
