import { shortId } from '@lading/digest'
import { printable } from '@lading/errors'
import type { Image } from '@lading/image'
import type { HistoryEntry } from '@lading/manifest'
import { CliError } from '../cli-error.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatAge, timeOf } from '../text/age.ts'
import { jsonText } from '../text/json-line.ts'
import { localRfc3339 } from '../text/local-time.ts'
import { formatSize } from '../text/size.ts'
import { formatTable } from '../text/table.ts'
import { withImage, type ImageOptions } from './with-image.ts'

interface HistoryOptions extends ImageOptions {
  readonly json?: boolean | undefined
  readonly format?: string | undefined
  readonly quiet?: boolean | undefined
  /** `false`: sizes in bytes, and times in place of ages. */
  readonly human: boolean
  readonly trunc: boolean
}

interface Step {
  readonly entry: HistoryEntry | undefined
  readonly layer: Image['layers'][number] | undefined
}

export const history: Action<[reference: string], HistoryOptions> = async ([reference], options, context) => {
  const { json = false, format, human } = options
  if (format !== undefined && json)
    throw new CliError('USAGE', '--format and --json cannot be used together', {
      hint: "remove one of them; --format json prints docker's JSON, --json ours",
    })
  const formatting =
    format === undefined ? undefined : (await import('./history-format.ts')).historyFormat(format, { human })
  await withImage(reference, options, context, async (image) => {
    const id = image.manifest.config.digest
    const steps = stepsOf(image)
      .toReversed()
      .map((step, index) => ({ ...step, id: index === 0 ? id : undefined }))
    const lines = json
      ? [jsonText(steps.map(stepJson))]
      : (formatting?.(steps.map((step) => ({ ...shown(step, options), ours: stepJson(step) }))) ??
        table(steps, options, options.trunc ? context.output.columns : undefined))
    for (const line of lines) context.print(line)
  })
  return exitCodes.ok
}

/** Base first. Where the history does not tell which layer is whose, layers stand for themselves. */
export function stepsOf({ config, layers }: Pick<Image, 'config' | 'layers'>): readonly Step[] {
  const isWhole = config.history.filter(({ emptyLayer }) => !emptyLayer).length === layers.length
  if (!isWhole) return layers.map((layer) => ({ entry: undefined, layer }))
  const rest = layers.values()
  return config.history.map((entry) => ({ entry, layer: entry.emptyLayer ? undefined : rest.next().value }))
}

interface NamedStep extends Step {
  /** Of the image that the last step made. */
  readonly id: Image['descriptor']['digest'] | undefined
}

function table(steps: readonly NamedStep[], options: HistoryOptions, width: number | undefined): readonly string[] {
  const rows = steps.map((step) => shown(step, options))
  if (options.quiet === true) return rows.map(({ id }) => id)
  return formatTable(
    ['IMAGE', options.human ? 'CREATED' : 'CREATED AT', 'CREATED BY', 'SIZE', 'COMMENT'],
    rows.map(({ id, created, createdBy, size, comment }) => [
      id,
      options.human ? formatAge(created) : timeIn(created),
      createdBy,
      options.human ? formatSize(size, 3) : String(size),
      comment,
    ]),
    { width },
  )
}

function shown(
  { id, entry, layer }: NamedStep,
  { trunc }: HistoryOptions,
): {
  readonly id: string
  readonly created: string | undefined
  readonly createdBy: string
  readonly size: number
  readonly comment: string
} {
  const by = printable((entry?.createdBy ?? '').replaceAll('\t', ' '), 100_000)
  return {
    id: id === undefined ? '<missing>' : trunc ? shortId(id) : id,
    created: entry?.created,
    createdBy: trunc && by.length > 45 ? `${by.slice(0, 44)}…` : by,
    size: layer?.descriptor.size ?? 0,
    comment: printable(entry?.comment ?? '', 1000),
  }
}

function timeIn(created: string | undefined): string {
  const time = timeOf(created)
  return time === undefined ? 'N/A' : localRfc3339(time)
}

const stepJson = ({ id, entry, layer }: NamedStep): object => ({
  id,
  created: entry?.created,
  createdBy: entry?.createdBy,
  author: entry?.author,
  comment: entry?.comment,
  size: layer?.descriptor.size ?? 0,
  digest: layer?.descriptor.digest,
  diffId: layer?.diffId,
})
