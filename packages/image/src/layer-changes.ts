import type { AbortOptions } from '@lading/clock'
import type { ImageLayer } from './choose-image.ts'
import type { LayerFile } from './layer-file.ts'
import { mergedView, type LoadTree } from './merged-view.ts'

/** How many paths, and how many bytes of files among them, each file counted once. */
export interface Amount {
  readonly paths: number
  readonly bytes: number
}

/** What one layer changes of those below it. */
export interface LayerChanges {
  readonly layer: ImageLayer
  /** At paths where nothing was. */
  readonly added: Amount
  /** Replaces what was there; bytes of the new files. */
  readonly changed: Amount
  /** Was there and is removed; bytes of the old files. */
  readonly hidden: Amount
  /** Of the layer's own files: those that upper layers replace or hide, so they are not visible in the image. */
  readonly wasted: Amount
}

/** Base first. All layers are read before the first is reported: only then it is known what is wasted. */
export async function layerChanges(
  layers: readonly ImageLayer[],
  load: LoadTree,
  { signal }: AbortOptions,
): Promise<readonly LayerChanges[]> {
  const steps: { readonly own: ReadonlyMap<LayerFile, number>; readonly of: Omit<LayerChanges, 'wasted'> }[] = []
  let before = new Map<string, LayerFile>()
  for (const layer of layers) {
    const after = new Map<string, LayerFile>()
    for await (const { path, file } of mergedView(layer.index + 1, load).walk([], { signal }))
      if (path.length > 0) after.set(path.join('/'), file)
    const added: LayerFile[] = []
    const changed: LayerFile[] = []
    const own = new Map<LayerFile, number>()
    for (const [path, file] of after) {
      if (file.layer === layer.index && file.ordinal >= 0) own.set(file, (own.get(file) ?? 0) + 1)
      const old = before.get(path)
      if (old === undefined) added.push(file)
      else if (old !== file && file.ordinal >= 0) changed.push(file)
    }
    const hidden = [...before].filter(([path]) => !after.has(path)).map(([, file]) => file)
    steps.push({ own, of: { layer, added: amount(added), changed: amount(changed), hidden: amount(hidden) } })
    before = after
  }
  const seen = new Set(before.values())
  return steps.map(({ own, of }) => ({
    ...of,
    wasted: {
      paths: [...own].reduce((sum, [file, names]) => (seen.has(file) ? sum : sum + names), 0),
      bytes: amount([...own.keys()].filter((file) => !seen.has(file))).bytes,
    },
  }))
}

const amount = (files: readonly LayerFile[]): Amount => ({
  paths: files.length,
  bytes: [...new Set(files)].reduce((sum, { size }) => sum + size, 0),
})
