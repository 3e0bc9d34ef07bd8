import { blockSize } from './blocks.ts'
import type { MapBlocks } from './map-blocks.ts'
import { beyondNumbers, corrupt } from './tar-error.ts'
import type { SparsePiece } from './tar-entry.ts'

const newline = 0x0a
const zero = 0x30
const nine = 0x39

/** PAX format 1.0: the number of pieces, then offset and length of each, in decimal, one per line; padded with NULs to a block. */
export function createDecimalMap(offset: number): MapBlocks {
  const pieces: SparsePiece[] = []
  let count: number | undefined
  let start: number | undefined
  let value = 0
  let digits = 0

  function endLine(): void {
    if (digits === 0) throw corrupt('an empty line in a sparse map', offset)
    if (value > Number.MAX_SAFE_INTEGER) throw beyondNumbers('a number of a sparse map', offset)
    if (count === undefined) count = value
    else if (start === undefined) start = value
    else {
      pieces.push({ offset: start, length: value })
      start = undefined
    }
    value = 0
    digits = 0
  }

  return {
    take(bytes, from) {
      for (let at = from; at < from + blockSize; at++) {
        const byte = bytes[at] as number
        if (pieces.length === count) {
          if (byte !== 0) throw corrupt('a sparse map with more pieces than it states', offset)
        } else if (byte === newline) endLine()
        else if (byte >= zero && byte <= nine) {
          value = value * 10 + byte - zero
          digits++
        } else throw corrupt('a sparse map with something other than numbers', offset)
      }
    },
    get isWhole() {
      return pieces.length === count
    },
    pieces,
    isCounted: true,
  }
}
