export { createLayerStore, type LayerStoreOptions } from './create-layer-store.ts'
export type { LayerBounds } from './layer-bounds.ts'
export { LayerError, type LayerErrorCode } from './layer-error.ts'
export type { LayerRecord, LayerStore, Uncompressed } from './layer-store.ts'
