import { blockSize } from './blocks.ts'
import type { Bounds } from './bounds.ts'
import { dialectOf } from './dialect.ts'
import type { MapBlocks } from './map-blocks.ts'
import { TYPE } from './header-layout.ts'
import type { Meta } from './meta-headers.ts'
import { checkSparse } from './sparse-check.ts'
import { createDecimalMap } from './sparse-decimal.ts'
import { createOldMap } from './sparse-old.ts'
import { ambiguous, corrupt, tooLarge, unsupported } from './tar-error.ts'
import type { TarEntry } from './tar-entry.ts'

export interface SparseMap {
  take(bytes: Uint8Array, start: number): void
  readonly isWhole: boolean
  /** The entry with its map, and with the size and the position of the body without the map. */
  finish(entry: TarEntry): TarEntry
}

const oldSparseType = 0x53
const fileType = 0x30

/** The map of a sparse file that follows its header: GNU's old one, and that of PAX format 1.0. */
export function beginSparseMap(
  bytes: Uint8Array,
  start: number,
  entry: TarEntry,
  { pax }: Meta,
  offset: number,
  bounds: Bounds,
): SparseMap | undefined {
  const isOld = bytes[start + TYPE] === oldSparseType
  const sparse = pax?.sparse
  if (isOld) {
    if (sparse !== undefined || pax?.size !== undefined)
      throw ambiguous('a sparse file of the old kind with a PAX header', offset)
    const { size, blocks } = createOldMap(bytes, start, offset)
    return withBlocks(blocks, size, offset, bounds)
  }
  if (sparse === undefined) return undefined
  if (entry.type !== 'file') throw corrupt(`a sparse map of a ${entry.type}`, offset)
  if (bytes[start + TYPE] !== fileType) throw ambiguous('a sparse map of a file of another type than 0', offset)
  if (dialectOf(bytes, start, offset) !== 'ustar')
    throw ambiguous('a sparse map in PAX records of an entry that is not in ustar format', offset)
  // Whether Python takes the size of the body for that of the file depends on the order of the records.
  if (pax?.size !== undefined) throw ambiguous('a PAX record of the size of a sparse file', offset)
  if (sparse.version === undefined) return undefined
  if (sparse.version !== '1' || sparse.minor !== '0') throw unsupported('a sparse file of an unknown format', offset)
  if (sparse.size === undefined) throw corrupt('a sparse file without its real size', offset)
  return withBlocks(createDecimalMap(offset), sparse.size, offset, bounds)
}

function withBlocks(blocks: MapBlocks, size: number, offset: number, bounds: Bounds): SparseMap {
  let length = 0
  return {
    take(bytes, start) {
      length += blockSize
      if (length > bounds.maxHeaderSize)
        throw tooLarge('a sparse map that is longer than the limit for headers', 'maxHeaderSize', offset)
      blocks.take(bytes, start)
    },
    get isWhole() {
      return blocks.isWhole
    },
    finish(entry) {
      const bodySize = entry.size - (blocks.isCounted ? length : 0)
      const sparse = { size, pieces: blocks.pieces }
      checkSparse(sparse, bodySize, offset, bounds)
      return { ...entry, size: bodySize, bodyOffset: entry.bodyOffset + length, sparse }
    },
  }
}
