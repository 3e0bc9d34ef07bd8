import { writeOutputFile } from '@lading/content-store'
import { printable } from '@lading/errors'
import type { Amount, LayerChanges } from '@lading/image'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { layersHtml, layersSvg } from '../text/layers-picture.ts'
import { formatSize } from '../text/size.ts'
import { withImage, type ImageOptions } from './with-image.ts'

interface TreeOptions extends ImageOptions {
  readonly json?: boolean | undefined
  readonly svg?: string | undefined
  readonly html?: string | undefined
}

export const tree: Action<[reference: string], TreeOptions> = async ([reference], options, context) => {
  const { signal } = context
  const changes = await withImage(reference, options, context, (image) => image.changes({ signal }))
  const write = (file: string, text: string): Promise<void> =>
    writeOutputFile(file, (chunk) => chunk(new TextEncoder().encode(text)), { signal })
  if (options.svg !== undefined) await write(options.svg, layersSvg(changes, reference))
  if (options.html !== undefined) await write(options.html, layersHtml(changes, reference))
  if (options.json === true) context.print(jsonText(changes.map(changesJson)))
  else for (const line of linesOf(changes)) context.print(line)
  return exitCodes.ok
}

const text = ({ paths, bytes }: Amount): string => `${paths} (${formatSize(bytes, 3)})`

function* linesOf(changes: readonly LayerChanges[]): Generator<string, void, undefined> {
  for (const { layer, added, changed, hidden, wasted } of changes) {
    const by = layer.history?.createdBy
    yield `${layer.index}  ${layer.descriptor.digest}  ${formatSize(layer.descriptor.size, 3)}`
    if (by !== undefined) yield `   ${printable(by, 200)}`
    yield `   adds ${text(added)}, changes ${text(changed)}, hides ${text(hidden)}, wastes ${text(wasted)}`
  }
  const files = changes.reduce((sum, { added, changed }) => sum + added.bytes + changed.bytes, 0)
  const waste = changes.reduce((sum, { wasted }) => sum + wasted.bytes, 0)
  const share = files === 0 ? 0 : Math.round((1000 * waste) / files) / 10
  yield `${changes.length} layers, files of ${formatSize(files, 3)}, of which ${formatSize(waste, 3)} (${share}%) are wasted`
}

const changesJson = ({ layer, added, changed, hidden, wasted }: LayerChanges): object => ({
  digest: layer.descriptor.digest,
  diffId: layer.diffId,
  size: layer.descriptor.size,
  createdBy: layer.history?.createdBy,
  added,
  changed,
  hidden,
  wasted,
})
