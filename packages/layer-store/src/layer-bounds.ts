import type { Bounds } from '@lading/compression'

/** What a layer may cost whoever uncompresses it. A layer that costs more is refused, however right its digest is. */
export interface LayerBounds {
  /** The most bytes that a layer may uncompress to. Default 256 GiB. */
  readonly maxLayerSize?: number | undefined
  /**
   * The most bytes for each byte of the blob, by its descriptor's size, beyond `inflationFloor`. Default 100. A sparse disk
   * image needs more: gzip makes up to 1032 of one byte, zstd up to 32768.
   */
  readonly maxInflationRatio?: number | undefined
  /** So many bytes may come out of any layer, however small its blob is. Default 1 GiB. */
  readonly inflationFloor?: number | undefined
}

export const decompressorBounds = (
  { maxLayerSize, maxInflationRatio, inflationFloor }: LayerBounds,
  blobSize: number,
): Bounds => ({
  maxOutput: maxLayerSize,
  maxRatio: maxInflationRatio,
  ratioFloor: inflationFloor,
  inputLength: blobSize,
})

/** For each error of a bound: how it is raised. */
export const boundHints: Readonly<Record<string, string>> = {
  COMPRESSION_OUTPUT_LIMIT: 'if you trust this image, raise --max-layer-size (option `maxLayerSize`)',
  COMPRESSION_RATIO_LIMIT: 'if you trust this image, raise --max-inflation-ratio (option `maxInflationRatio`)',
}
