import type { ContentStore, Followable, OpenRecords } from '@lading/content-store'
import type { LayerBounds } from './layer-bounds.ts'
import { layerRecords } from './layer-records.ts'
import type { LayerStore } from './layer-store.ts'
import { uncompressInProcess } from './uncompress-in-process.ts'

export interface LayerStoreOnOptions extends LayerBounds {
  readonly records: OpenRecords
  /** Where committed blobs are read. */
  readonly contents: Pick<ContentStore, 'open'>
}

/** Layers on any engine, whose blobs are inflated and hashed in the calling thread. */
export function layerStoreOn({ records, contents, ...bounds }: LayerStoreOnOptions): LayerStore<Followable> {
  return { ...layerRecords(records), ...uncompressInProcess({ contents, bounds }) }
}
