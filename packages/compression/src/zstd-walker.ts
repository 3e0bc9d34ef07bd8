import { CompressionError } from './compression-error.ts'
import { checkHeader, headerLength, littleEndian, longestHeader, type FrameFacts } from './zstd-header.ts'

/** Finds where zstd frames begin and end, without decoding them (RFC 8878, section 3.1), which the engine does not report. */
export interface ZstdWalker {
  /** What the next byte belongs to. */
  readonly part: 'header' | 'blocks' | 'skippable'
  /** Walks from `at` to the end of the chunk or of the part, whichever comes first; returns that position. `base`: the chunk's offset in the input. */
  walk(chunk: Uint8Array, at: number, base: number): number
  /** The bytes of the last header; they may have arrived in several chunks. */
  header(): Uint8Array
  /** Its values, and its position in the input. */
  readonly frame: FrameFacts & { readonly offset: number }
  /** Between two frames: the input may end here. */
  readonly between: boolean
}

const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a5

export function createZstdWalker(): ZstdWalker {
  const small = new Uint8Array(longestHeader)
  let part: ZstdWalker['part'] = 'header'
  let filled = 0
  /** Bytes of the current block, checksum or skippable frame that are still to come. */
  let skip = 0
  let block = 0
  let blockFilled = 0
  let last = false
  let checksum = false
  let frame: ZstdWalker['frame'] = { checksum: false, contentSize: undefined, offset: 0 }

  function startFrame(): void {
    part = 'header'
    filled = 0
  }

  function wanted(offset: number): number {
    if (filled < 4) return 4
    const magic = littleEndian(small, 0, 4)
    if (Math.floor(magic / 16) === skippableMagic) return 8
    if (magic !== frameMagic) {
      throw new CompressionError(
        'COMPRESSION_TRAILING_DATA',
        `what follows the last zstd frame at byte ${offset} is not another one`,
        { offset },
      )
    }
    return filled < 5 ? 5 : headerLength(small[4] as number)
  }

  function header(chunk: Uint8Array, from: number, base: number): number {
    let at = from
    while (at < chunk.length) {
      small[filled++] = chunk[at++] as number
      const offset = base + at - filled
      if (filled < wanted(offset)) continue
      if (small[0] === 0x28) {
        frame = { ...checkHeader(small, offset), offset }
        checksum = frame.checksum
        part = 'blocks'
        last = false
        skip = 0
      } else {
        part = 'skippable'
        skip = littleEndian(small, 4, 4)
        if (skip === 0) startFrame()
      }
      return at
    }
    return at
  }

  function blocks(chunk: Uint8Array, from: number, base: number): number {
    let at = from
    for (;;) {
      const taken = Math.min(skip, chunk.length - at)
      at += taken
      skip -= taken
      if (skip > 0) return at
      if (last) {
        if (!checksum) {
          startFrame()
          return at
        }
        checksum = false
        skip = 4
        continue
      }
      while (blockFilled < 3) {
        if (at === chunk.length) return at
        block |= (chunk[at++] as number) << (8 * blockFilled++)
      }
      last = (block & 1) === 1
      const type = (block >> 1) & 3
      if (type === 3)
        throw new CompressionError(
          'COMPRESSION_CORRUPT',
          `the zstd block before byte ${base + at} is of the reserved type`,
          { offset: base + at },
        )
      // The engine treats an empty one as the end of a frame; a compressed block has two sections of at least one byte (section 3.1.1.3).
      if (type === 2 && block >> 3 === 0)
        throw new CompressionError(
          'COMPRESSION_CORRUPT',
          `the zstd block before byte ${base + at} is compressed and empty`,
          { offset: base + at },
        )
      // A run has one byte in the input, regardless of its decompressed length.
      skip = type === 1 ? 1 : block >> 3
      block = blockFilled = 0
    }
  }

  function skippable(chunk: Uint8Array, from: number): number {
    const taken = Math.min(skip, chunk.length - from)
    skip -= taken
    if (skip === 0) startFrame()
    return from + taken
  }

  const walkers = { header, blocks, skippable }

  return {
    get part() {
      return part
    },
    walk: (chunk, at, base) => walkers[part](chunk, at, base),
    header: () => small.subarray(0, filled),
    get frame() {
      return frame
    },
    get between() {
      return part === 'header' && filled === 0
    },
  }
}
