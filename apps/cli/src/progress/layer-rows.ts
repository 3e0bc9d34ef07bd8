import type { Digest } from '@lading/digest'
import type { ProgressEvent } from './renderer.ts'
import { layerWords, percent, type LayerWords, type Verb } from './words.ts'

export interface LayerRow extends LayerWords {
  readonly digest: Digest
  readonly id: string
  /** Where an earlier download was taken up again, for the last line of the layer. */
  readonly resumed?: string | undefined
}

/** The layers of one image, in the order in which they were first heard of. */
export interface LayerRows {
  /** `false`: the event is not about a layer. */
  update(event: ProgressEvent): boolean
  list(): readonly LayerRow[]
  clear(): void
}

export function createLayerRows(verb?: Verb): LayerRows {
  const rows = new Map<string, LayerRow>()
  return {
    update(event) {
      const words = layerWords(event, verb)
      if (words === undefined || !('id' in event) || !('digest' in event)) return false
      const resumed =
        event.type === 'layer:resume' ? percent(event.offset, event.total) : rows.get(event.digest)?.resumed
      rows.set(event.digest, { ...words, digest: event.digest, id: event.id, resumed })
      return true
    },
    list: () => [...rows.values()],
    clear: () => rows.clear(),
  }
}
