import { countField } from './number-field.ts'
import type { MapBlocks } from './map-blocks.ts'
import type { SparsePiece } from './tar-entry.ts'
import { ambiguous } from './tar-error.ts'

const inHeader = { at: 386, count: 4, extended: 482 }
const inExtension = { at: 0, count: 21, extended: 504 }
const realSize = { at: 483, length: 12, what: 'real size' }
const pieceOffset = { at: 0, length: 12, what: 'sparse map' }
const pieceLength = { at: 12, length: 12, what: 'sparse map' }
const pieceSize = 24

/** GNU's old format: four pieces in the header, and 21 in each following block, as long as the previous one announces another. */
export function createOldMap(
  header: Uint8Array,
  headerStart: number,
  offset: number,
): { readonly size: number; readonly blocks: MapBlocks } {
  const pieces: SparsePiece[] = []
  let isWhole = false

  function take(bytes: Uint8Array, start: number, where: { at: number; count: number; extended: number }): void {
    isWhole = bytes[start + where.extended] === 0
    for (let index = 0; index < where.count; index++) {
      const at = start + where.at + index * pieceSize
      // The list ends with an empty piece. Programs check one of its numbers for that, or all of them.
      if (bytes[at] === 0 || bytes[at + pieceLength.at] === 0) {
        if (!isWhole || !isEmpty(bytes, at, start + where.at + where.count * pieceSize))
          throw ambiguous('a sparse map that continues after its end', offset)
        return
      }
      pieces.push({
        offset: countField(bytes, at, pieceOffset, offset),
        length: countField(bytes, at, pieceLength, offset),
      })
    }
  }

  take(header, headerStart, inHeader)
  return {
    size: countField(header, headerStart, realSize, offset),
    blocks: {
      take: (bytes, start) => take(bytes, start, inExtension),
      get isWhole() {
        return isWhole
      },
      pieces,
      isCounted: false,
    },
  }
}

function isEmpty(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0) return false
  return true
}
