/** Limits for an archive. More is refused with `TAR_TOO_LARGE`. */
export interface TarBounds {
  /**
   * Bytes of one header that carries other headers' values (PAX, GNU long names), of a sparse map, and of all global PAX
   * records together, where each counts as at least 4 KiB; default 1 MiB.
   */
  readonly maxHeaderSize?: number | undefined
  /** Bytes of a name, and of a link's target; default 4096, more than Linux accepts. */
  readonly maxNameLength?: number | undefined
  /** Parts of a name between slashes; default 1024. */
  readonly maxDepth?: number | undefined
  /** Entries, including global headers; default 4,194,304. */
  readonly maxEntries?: number | undefined
  /** Bytes of a sparse file with its holes, which need no space in the archive; default 1 TiB. */
  readonly maxSparseSize?: number | undefined
}

export interface Bounds {
  readonly maxHeaderSize: number
  readonly maxNameLength: number
  readonly maxDepth: number
  readonly maxEntries: number
  readonly maxSparseSize: number
}

export const boundsOf = ({
  maxHeaderSize = 1024 * 1024,
  maxNameLength = 4096,
  maxDepth = 1024,
  maxEntries = 4 * 1024 * 1024,
  maxSparseSize = 1024 ** 4,
}: TarBounds): Bounds => ({ maxHeaderSize, maxNameLength, maxDepth, maxEntries, maxSparseSize })
