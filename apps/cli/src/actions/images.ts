import { printable } from '@lading/errors'
import { defaultPlatform, formatPlatform, registryDigestOf, samePlatform } from '@lading/manifest'
import { matches, parseReference } from '@lading/reference'
import type { ImageSummary, Store } from '@lading/store'
import { CliError } from '../cli-error.ts'
import type { GlobalOptions } from '../command-options.ts'
import type { Action, CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { describeError } from '../process/report-error.ts'
import { formatAge, timeOf } from '../text/age.ts'
import { jsonLines } from '../text/json-lines.ts'
import { formatSize } from '../text/size.ts'
import { formatTable } from '../text/table.ts'
import { shortImageId, shownName, type Dated } from './image-words.ts'
import { printLines } from './print-lines.ts'
import { withStore } from './open-store.ts'

interface ImagesOptions extends GlobalOptions {
  readonly all?: boolean | undefined
  readonly tree?: boolean | undefined
  readonly json?: boolean | undefined
  readonly format?: string | undefined
  readonly quiet?: boolean | undefined
  readonly digests?: boolean | undefined
  readonly trunc: boolean
  readonly filter?: readonly string[] | undefined
}

export const images: Action<[pattern: string | undefined], ImagesOptions> = async ([pattern], options, context) => {
  assertOneForm(options)
  const select = await selectionOf(pattern, options, context)
  const { format } = options
  const formatted = format === undefined ? undefined : (await import('./images-format.ts')).imagesFormat(format)
  const lines = await withStore({ ...options, readOnly: true, keepSummary: true }, context, async (store) => {
    const all = await store.images({
      signal: context.signal,
      onDamaged: ({ reference, error }) =>
        context.terminal.write(
          `${context.terminal.paint('yellow', 'WARNING:')} ${printable(reference)} is left out: ${describeError(error)}\n`,
        ),
    })
    const selected = (await select(store, all)).map(dated).toSorted(newestFirst)
    if (options.tree === true)
      return (await import('./images-tree.ts')).treeLines(store, selected, {
        ...options,
        columns: context.output.columns,
      })
    const found = options.all === true ? await withEveryPlatform(store, selected) : selected
    const shown = found.map((each) => ({
      ...each,
      repository: shownName(each.image.name),
      id: options.trunc ? shortImageId(each.image.id) : each.image.id,
    }))
    return formatted?.(shown) ?? plainLines(shown, options, context.output.columns)
  })
  await printLines(lines, context.output)
  return exitCodes.ok
}

function assertOneForm({ format, json, tree, quiet }: ImagesOptions): void {
  const clash =
    format !== undefined && (json === true || tree === true)
      ? `--format and ${json === true ? '--json' : '--tree'}`
      : tree === true && quiet === true
        ? '--tree and --quiet'
        : undefined
  if (clash !== undefined)
    throw new CliError('USAGE', `${clash} cannot be used together`, {
      hint: "remove one of them; --format json prints docker's JSON, --json ours",
    })
}

type Selection = (store: Store, all: readonly ImageSummary[]) => Promise<readonly ImageSummary[]>

/** What the filters choose. That they are right is seen before the store is opened. */
async function selectionOf(
  pattern: string | undefined,
  { filter }: ImagesOptions,
  { signal }: CommandContext,
): Promise<Selection> {
  if (filter !== undefined) {
    const { filterImages, parseImageFilters } = await import('./image-filters.ts')
    const filters = parseImageFilters([...filter, ...(pattern === undefined ? [] : [`reference=${pattern}`])])
    return (store, all) => filterImages(store, all, filters, signal)
  }
  if (pattern === undefined) return async (_, all) => all
  // A bad pattern is bad whatever there is to match.
  matches(parseReference('any'), pattern)
  return async (_, all) => all.filter((image) => matches(nameFor(image), pattern))
}

const nameFor = ({ name, tag }: ImageSummary): ReturnType<typeof parseReference> =>
  parseReference(tag === undefined ? name : `${name}:${tag}`)

const dated = (image: ImageSummary): Dated => ({ image, created: timeOf(image.created) })

function newestFirst(one: Dated, other: Dated): number {
  return (
    (other.created ?? 0) - (one.created ?? 0) ||
    compare(one.image.name, other.image.name) ||
    compare(one.image.tag ?? '', other.image.tag ?? '')
  )
}

async function withEveryPlatform(store: Store, found: readonly Dated[]): Promise<readonly Dated[]> {
  const { everyPlatform } = await import('./image-platforms.ts')
  const rows: Dated[] = []
  for (const { image } of found) rows.push(...(await everyPlatform(store, image)).map(dated))
  return rows
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

interface Shown extends Dated {
  readonly repository: string
  readonly id: string
}

function plainLines(
  found: readonly Shown[],
  options: ImagesOptions,
  columns: number | undefined,
): Iterable<string> | AsyncIterable<string> {
  if (options.json === true && options.quiet !== true) return jsonLines(asJson(found))
  // Several names of one image are one ID.
  if (options.json === true) return jsonLines(new Set(found.map(({ image }) => image.id)))
  if (options.quiet === true) return new Set(found.map(({ id }) => id))
  const digests = options.digests === true
  const platforms = found.some(({ image }) => !isForHere(image))
  return formatTable(
    [
      'REPOSITORY',
      'TAG',
      ...(digests ? ['DIGEST'] : []),
      'IMAGE ID',
      ...(platforms ? ['PLATFORM'] : []),
      'CREATED',
      'SIZE',
    ],
    found.map(({ image, created, repository, id }) => [
      repository,
      image.tag ?? '<none>',
      ...(digests ? [registryDigestOf(image.target)] : []),
      id,
      ...(platforms ? [formatPlatform(image.platform)] : []),
      formatAge(created),
      formatSize(image.size, 3),
    ]),
    { width: options.trunc && !digests ? columns : undefined },
  )
}

/** Old builders do not say what an image is for. */
const isForHere = ({ platform }: ImageSummary): boolean =>
  platform.architecture === '' || samePlatform(platform, defaultPlatform())

function* asJson(found: readonly Dated[]): Generator<object, void, undefined> {
  for (const { image } of found) yield { ...image, platform: formatPlatform(image.platform) }
}
