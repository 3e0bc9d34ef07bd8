export type { LayerRecord, LayerStore, Uncompressed } from './layer-store.ts'
