export { ImageError, type ImageErrorCode } from './image-error.ts'
export { cleanName, joinName, parseLayerName, type LayerName } from './layer-name.ts'
export { readLayer, type LayerEntry, type LayerLimits, type ReadLayerOptions } from './read-layer.ts'
