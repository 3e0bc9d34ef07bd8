import { hexOf, type Digest } from '@lading/digest'
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
import { jsonText } from '../text/json-line.ts'
import { formatSize } from '../text/size.ts'
import { formatTable } from '../text/table.ts'
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
  const all = await withStore({ ...options, readOnly: true }, context, (store) =>
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
    .toSorted(newestFirst)
  for (const line of format(found, options)) context.print(line)
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

const time = ({ created }: ImageSummary): number => timeOf(created) ?? 0

function newestFirst(one: ImageSummary, other: ImageSummary): number {
  return time(other) - time(one) || compare(one.name, other.name) || compare(one.tag ?? '', other.tag ?? '')
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

function format(found: readonly ImageSummary[], options: ImagesOptions): string[] {
  if (options.json === true)
    return [jsonText(found.map((image) => ({ ...image, platform: formatPlatform(image.platform) })))]
  const id = (image: ImageSummary): string => (options.trunc ? shortImageId(image.id) : image.id)
  // Several names of one image are one ID.
  if (options.quiet === true) return [...new Set(found.map(id))]
  const digests = options.digests === true
  return formatTable(
    ['REPOSITORY', 'TAG', ...(digests ? ['DIGEST'] : []), 'IMAGE ID', 'CREATED', 'SIZE'],
    found.map((image) => [
      printable(familiarName(nameFor(image))),
      printable(image.tag ?? '<none>'),
      ...(digests ? [registryDigestOf(image.target)] : []),
      id(image),
      formatAge(image.created),
      formatSize(image.size, 3),
    ]),
  )
}

/** The first 12 hexadecimal digits, what people see of an image ID. */
export const shortImageId = (id: Digest): string => hexOf(id).slice(0, 12)
