import { shortId } from '@lading/digest'
import { printable } from '@lading/errors'
import type { Image } from '@lading/image'
import type { HistoryEntry } from '@lading/manifest'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatAge } from '../text/age.ts'
import { jsonText } from '../text/json-line.ts'
import { formatSize } from '../text/size.ts'
import { formatTable } from '../text/table.ts'
import { withImage, type ImageOptions } from './with-image.ts'

interface HistoryOptions extends ImageOptions {
  readonly json?: boolean | undefined
  readonly trunc: boolean
}

interface Step {
  readonly entry: HistoryEntry | undefined
  readonly layer: Image['layers'][number] | undefined
}

export const history: Action<[reference: string], HistoryOptions> = async ([reference], options, context) => {
  await withImage(reference, options, context, async (image) => {
    const steps = stepsOf(image).toReversed()
    const id = image.manifest.config.digest
    if (options.json === true)
      context.print(jsonText(steps.map((step, index) => stepJson(step, index === 0 ? id : undefined))))
    else {
      const rows = steps.map((step, index) => row(step, index === 0 ? id : undefined, options.trunc))
      for (const line of formatTable(['IMAGE', 'CREATED', 'CREATED BY', 'SIZE', 'COMMENT'], rows)) context.print(line)
    }
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

function row({ entry, layer }: Step, id: Image['descriptor']['digest'] | undefined, trunc: boolean): readonly string[] {
  const by = printable(entry?.createdBy ?? '', 100_000).replaceAll('\t', ' ')
  return [
    id === undefined ? '<missing>' : trunc ? shortId(id) : id,
    formatAge(entry?.created),
    trunc && by.length > 45 ? `${by.slice(0, 44)}…` : by,
    formatSize(layer?.descriptor.size ?? 0, 3),
    printable(entry?.comment ?? '', 1000),
  ]
}

const stepJson = ({ entry, layer }: Step, id: string | undefined): object => ({
  id,
  created: entry?.created,
  createdBy: entry?.createdBy,
  author: entry?.author,
  comment: entry?.comment,
  size: layer?.descriptor.size ?? 0,
  digest: layer?.descriptor.digest,
  diffId: layer?.diffId,
})
