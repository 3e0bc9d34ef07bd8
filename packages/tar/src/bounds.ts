/** What an archive may ask for at most. What is beyond is refused with `TAR_TOO_LARGE`. */
export interface TarBounds {
  /**
   * Bytes of one header that carries other headers' values (PAX, GNU long names), of a sparse map, and of all global PAX
   * records together, of which each counts as 4 KiB at least; default 1 MiB.
   */
  readonly maxHeaderSize?: number | undefined
  /** Bytes of a name, and of a link's target; default 4096, more than any Linux opens. */
  readonly maxNameLength?: number | undefined
  /** Parts of a name between slashes; default 1024. */
  readonly maxDepth?: number | undefined
  /** Entries, and headers for all that follow counted with them; default 4,194,304. */
  readonly maxEntries?: number | undefined
  /** Bytes of a sparse file with its holes, which cost its writer nothing; default 1 TiB. */
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
