export { createLayerStore, type LayerStoreOptions } from './create-layer-store.ts'
export { LayerError, type LayerErrorCode } from './layer-error.ts'
export type { LayerRecord, LayerStore, Uncompressed } from './layer-store.ts'
