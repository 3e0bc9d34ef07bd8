import type { TarReaderOptions } from '@lading/tar'

/** Limits for an image. More is refused with `UNPACK_LIMIT`, which names the limit. */
export interface UnpackLimits {
  /** Entries of all layers together, whiteouts too; default 4,194,304. */
  readonly maxEntries?: number | undefined
  /** Directories above a file in the tree; default 1024. */
  readonly maxDepth?: number | undefined
  /** Bytes of an entry's name, and of a link's target; default 4096. */
  readonly maxNameLength?: number | undefined
  /** Bytes of all files' contents together, also of files that a later layer replaces; holes do not count. Default 256 GiB. */
  readonly maxBytes?: number | undefined
  /** Files and directories that exist at the same time; default 4,194,304. */
  readonly maxInodes?: number | undefined
  /** Bytes of one sparse file with its holes; default 1 TiB. */
  readonly maxSparseSize?: number | undefined
}

/** The limits that the reader of the archive checks; its depth of a name includes the file itself. */
/** A layer without an end marker is accepted, as by other tools: its digest proves that nothing is missing. */
export const tarOptionsOf = ({ maxNameLength, maxDepth, maxSparseSize }: Limits): TarReaderOptions => ({
  endMarker: 'optional',
  maxNameLength,
  maxDepth: maxDepth + 1,
  maxSparseSize,
})

export type Limits = { readonly [Name in keyof UnpackLimits]-?: number }

export const limitsOf = ({
  maxEntries = 4 * 1024 * 1024,
  maxDepth = 1024,
  maxNameLength = 4096,
  maxBytes = 256 * 1024 ** 3,
  maxInodes = 4 * 1024 * 1024,
  maxSparseSize = 1024 ** 4,
}: UnpackLimits = {}): Limits => ({ maxEntries, maxDepth, maxNameLength, maxBytes, maxInodes, maxSparseSize })
