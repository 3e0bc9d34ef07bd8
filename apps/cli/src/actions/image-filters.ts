import type { Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { parseImageConfig } from '@lading/manifest'
import { matches, parseReference } from '@lading/reference'
import type { ImageSummary, Store } from '@lading/store'
import { CliError } from '../cli-error.ts'
import { timeOf } from '../text/age.ts'
import { parseUntil } from '../text/until.ts'
import { parseDangling } from './dangling-filter.ts'
import { hasLabel } from './label-filter.ts'

/** docker's filters of `images`. Of patterns one must fit, of everything else all. */
export interface ImageFilters {
  readonly patterns: readonly string[]
  /** Whether it has no tag. */
  readonly dangling?: boolean | undefined
  /** Images that it was made before, or after. */
  readonly before: readonly string[]
  readonly since: readonly string[]
  /** In milliseconds since 1970. */
  readonly until: readonly number[]
  /** `NAME` or `NAME=VALUE`. */
  readonly labels: readonly string[]
}

const kinds = ['reference', 'dangling', 'before', 'since', 'until', 'label'] as const

/** @throws CliError `USAGE`; ImageReferenceError `PATTERN_INVALID` */
export function parseImageFilters(filters: readonly string[], now: number = Date.now()): ImageFilters {
  const given = filters.map((filter) => {
    const [, kind, value = ''] = /^\s*([a-z]+)\s*=\s*(.+?)\s*$/s.exec(filter) ?? []
    const known = kinds.find((each) => each === kind)
    if (known === undefined)
      throw new CliError('USAGE', `unknown filter '${printable(filter)}'`, {
        hint: 'the filters there are: reference=PATTERN, dangling=true, before=IMAGE, since=IMAGE, until=TIME, label=NAME[=VALUE]',
      })
    return { kind: known, value }
  })
  const of = (wanted: (typeof kinds)[number]): readonly string[] =>
    given.filter(({ kind }) => kind === wanted).map(({ value }) => value)
  const dangling = parseDangling(of('dangling'))
  // A bad pattern is bad whatever there is to match.
  for (const pattern of of('reference')) matches(parseReference('any'), pattern)
  return {
    patterns: of('reference'),
    dangling,
    before: of('before'),
    since: of('since'),
    until: of('until').map((value) => parseUntil(value, now)),
    labels: of('label'),
  }
}

/** @throws what `inspect` of an image to compare with throws */
export async function filterImages(
  store: Store,
  images: readonly ImageSummary[],
  { patterns, dangling, before, since, until, labels }: ImageFilters,
  signal: AbortSignal,
): Promise<readonly ImageSummary[]> {
  const timesOf = (terms: readonly string[]): Promise<readonly number[]> =>
    Promise.all(terms.map(async (term) => timeOf((await store.inspect(term, { signal })).created) ?? 0))
  const latest = Math.min(...(await timesOf(before)), ...until)
  const earliest = Math.max(...(await timesOf(since)))
  const found = images.filter((image) => {
    if (dangling !== undefined && dangling !== (image.tag === undefined)) return false
    const time = timeOf(image.created) ?? 0
    if (time >= latest || time <= earliest) return false
    return patterns.length === 0 || patterns.some((pattern) => matches(referenceOf(image), pattern))
  })
  if (labels.length === 0) return found
  const hasLabels = labelTest(store, labels)
  const kept: ImageSummary[] = []
  for (const image of found) {
    signal.throwIfAborted()
    if (await hasLabels(image.id)) kept.push(image)
  }
  return kept
}

const referenceOf = ({ name, tag }: ImageSummary): ReturnType<typeof parseReference> =>
  parseReference(tag === undefined ? name : `${name}:${tag}`)

/** Several names of one image are read once. */
function labelTest({ contents }: Store, wanted: readonly string[]): (id: Digest) => Promise<boolean> {
  const known = new Map<Digest, boolean>()
  return async (id) => {
    const before = known.get(id)
    if (before !== undefined) return before
    const labels = parseImageConfig(await contents.read(id)).config?.Labels ?? {}
    const has = wanted.every((label) => hasLabel(labels, label))
    known.set(id, has)
    return has
  }
}
