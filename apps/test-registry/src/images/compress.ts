import zlib from 'node:zlib'

export type LayerCompression = 'gzip' | 'zstd' | 'none'

const chunkSize = 256 * 1024

/**
 * Compresses the same way each time: no time and no operating system in the gzip header (RFC 1952 2.3).
 * The compressed bytes depend on the zlib in Node all the same; a diffID never does.
 *
 * @param level 0 stores: for bytes that do not compress, and fast.
 */
export function compress(bytes: Uint8Array, compression: LayerCompression, level = 6): Uint8Array {
  if (compression === 'none') return bytes
  if (compression === 'zstd')
    return zlib.zstdCompressSync(bytes, {
      chunkSize,
      params: {
        [zlib.constants.ZSTD_c_compressionLevel]: Math.max(1, Math.min(level, 3)),
        [zlib.constants.ZSTD_c_checksumFlag]: 1,
      },
    })
  const packed = zlib.gzipSync(bytes, { level, chunkSize })
  packed.fill(0, 4, 9)
  packed[9] = 255
  return packed
}
