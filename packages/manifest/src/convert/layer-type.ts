import {
  DOCKER_FOREIGN_LAYER,
  DOCKER_LAYER,
  DOCKER_LAYER_GZIP,
  isForeignLayerType,
  layerCompression,
  OCI_FOREIGN_LAYER,
  OCI_LAYER,
} from '../media-types.ts'
import type { ImageFormat } from './image-format.ts'

export type LayerCompression = 'none' | 'gzip' | 'zstd'

/** Docker's own manifests from before layers had types, and what storage in between has made of them: gzip, as docker takes it. */
const withoutType: readonly string[] = ['', 'application/octet-stream']

/** How a layer says it is compressed, or how one is that says nothing; `undefined` for what is no layer type. */
export const saidCompression = (mediaType: string): LayerCompression | undefined =>
  withoutType.includes(mediaType) ? 'gzip' : layerCompression(mediaType)

/** What a layer is called in a format; `undefined`: there is no such layer. */
export function layerTypeIn(
  format: ImageFormat,
  { mediaType, compression }: { readonly mediaType: string; readonly compression: LayerCompression },
): string | undefined {
  const isForeign = isForeignLayerType(mediaType)
  if (format === 'oci') {
    const type = isForeign ? OCI_FOREIGN_LAYER : OCI_LAYER
    return compression === 'none' ? type : `${type}+${compression}`
  }
  if (isForeign) return compression === 'gzip' ? DOCKER_FOREIGN_LAYER : undefined
  if (compression === 'gzip') return DOCKER_LAYER_GZIP
  return compression === 'none' ? DOCKER_LAYER : undefined
}
