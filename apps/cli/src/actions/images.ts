import type { Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { formatPlatform, registryDigestOf } from '@lading/manifest'
import { familiarName, matches, parseReference } from '@lading/reference'
import type { ImageSummary } from '@lading/store'
import { CliError } from '../cli-error.ts'
import type { GlobalOptions } from '../command-options.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { describeError } from '../process/report-error.ts'
import { formatAge, timeOf } from '../text/age.ts'
import { jsonLines } from '../text/json-lines.ts'
import { formatSize } from '../text/size.ts'
import { formatTable } from '../text/table.ts'
import { printLines } from './print-lines.ts'
import { withStore } from './open-store.ts'

interface ImagesOptions extends GlobalOptions {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly digests?: boolean | undefined
  readonly trunc: boolean
  readonly filter?: readonly string[] | undefined
}

export const images: Action<[pattern: string | undefined], ImagesOptions> = async ([pattern], options, context) => {
  const patterns = [...(options.filter ?? []).map(patternOf), ...(pattern === undefined ? [] : [pattern])]
  // A bad pattern is bad whatever there is to match.
  for (const each of patterns) matches(parseReference('any'), each)
  const all = await withStore({ ...options, readOnly: true, keepSummary: true }, context, (store) =>
    store.images({
      signal: context.signal,
      onDamaged: ({ reference, error }) =>
        context.terminal.write(
          `${context.terminal.paint('yellow', 'WARNING:')} ${printable(reference)} is left out: ${describeError(error)}\n`,
        ),
    }),
  )
  const found = all
    .filter((image) => patterns.length === 0 || patterns.some((each) => matches(nameFor(image), each)))
    .map((image) => ({ image, created: timeOf(image.created) }))
    .toSorted(newestFirst)
  await printLines(format(found, options), context.output)
  return exitCodes.ok
}

function patternOf(filter: string): string {
  const match = /^reference=(.+)$/.exec(filter)
  if (match?.[1] === undefined)
    throw new CliError('USAGE', `unknown filter '${printable(filter)}'`, {
      hint: 'the filter there is: reference=PATTERN',
    })
  return match[1]
}

const nameFor = ({ name, tag }: ImageSummary): ReturnType<typeof parseReference> =>
  parseReference(tag === undefined ? name : `${name}:${tag}`)

interface Dated {
  readonly image: ImageSummary
  /** Milliseconds since 1970. */
  readonly created: number | undefined
}

function newestFirst(one: Dated, other: Dated): number {
  return (
    (other.created ?? 0) - (one.created ?? 0) ||
    compare(one.image.name, other.image.name) ||
    compare(one.image.tag ?? '', other.image.tag ?? '')
  )
}

// Names of other hosts are shown in full, which needs no second look at thousands of them.
const shownName = (name: string): string => (name.startsWith('docker.io/') ? familiarName(parseReference(name)) : name)

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

function format(found: readonly Dated[], options: ImagesOptions): Iterable<string> | AsyncIterable<string> {
  if (options.json === true && options.quiet !== true) return jsonLines(shown(found))
  const id = ({ image }: Dated): string => (options.trunc ? shortImageId(image.id) : image.id)
  // Several names of one image are one ID.
  if (options.json === true) return jsonLines(new Set(found.map(({ image }) => image.id)))
  if (options.quiet === true) return new Set(found.map(id))
  const digests = options.digests === true
  return formatTable(
    ['REPOSITORY', 'TAG', ...(digests ? ['DIGEST'] : []), 'IMAGE ID', 'CREATED', 'SIZE'],
    found.map((each) => [
      shownName(each.image.name),
      each.image.tag ?? '<none>',
      ...(digests ? [registryDigestOf(each.image.target)] : []),
      id(each),
      formatAge(each.created),
      formatSize(each.image.size, 3),
    ]),
  )
}

/** The first 12 hexadecimal digits, what people see of an image ID. Not examined, for there may be thousands of them. */
export function shortImageId(id: Digest): string {
  const start = id.indexOf(':') + 1
  return id.slice(start, start + 12)
}

function* shown(found: readonly Dated[]): Generator<object, void, undefined> {
  for (const { image } of found) yield { ...image, platform: formatPlatform(image.platform) }
}
