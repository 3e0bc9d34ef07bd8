import zlib from 'node:zlib'
import { CompressionError } from './compression-error.ts'

/** Names and comments have no limit of their own, so the whole header has one. */
const headerLimit = 1024 * 1024

const flag = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 }

/** Reads one member's header (RFC 1952, section 2.3) in any pieces. The values of the fields are not used. */
export interface GzipHeader {
  /** Returns the position after the bytes that it used of the chunk. `base`: the chunk's offset in the whole input. */
  push(chunk: Uint8Array, at: number, base: number): number
  /** The next byte belongs to the body. */
  readonly complete: boolean
  reset(): void
}

type Part = 'fixed' | 'extraLength' | 'extra' | 'name' | 'comment' | 'headerCrc' | 'done'

export function createGzipHeader(): GzipHeader {
  let part: Part = 'fixed'
  let flags = 0
  let index = 0
  let extraLeft = 0
  let length = 0
  let crc = 0
  let storedCrc = 0

  const after: Record<Exclude<Part, 'headerCrc' | 'done'>, readonly (readonly [number, Part])[]> = {
    fixed: [
      [flag.extra, 'extraLength'],
      [flag.name, 'name'],
      [flag.comment, 'comment'],
      [flag.headerCrc, 'headerCrc'],
    ],
    extraLength: [[flag.extra, 'extra']],
    extra: [
      [flag.name, 'name'],
      [flag.comment, 'comment'],
      [flag.headerCrc, 'headerCrc'],
    ],
    name: [
      [flag.comment, 'comment'],
      [flag.headerCrc, 'headerCrc'],
    ],
    comment: [[flag.headerCrc, 'headerCrc']],
  }
  const follow = (finished: keyof typeof after): Part => {
    index = 0
    return after[finished].find(([bit]) => (flags & bit) !== 0)?.[1] ?? 'done'
  }

  function fixed(byte: number, offset: number): void {
    if (index < 2 && byte !== (index === 0 ? 0x1f : 0x8b)) {
      throw new CompressionError(
        'COMPRESSION_TRAILING_DATA',
        `what follows the last gzip member at byte ${offset - index} is not another one`,
        { offset: offset - index },
      )
    }
    if (index === 2 && byte !== 8) {
      throw new CompressionError(
        'COMPRESSION_CORRUPT',
        `unknown gzip method ${byte} at byte ${offset}; only 8, deflate, is defined`,
        { offset, expected: 8, actual: byte },
      )
    }
    if (index === 3) {
      flags = byte
      if ((byte & flag.reserved) !== 0)
        throw new CompressionError('COMPRESSION_CORRUPT', `reserved gzip flags are set at byte ${offset}`, {
          offset,
          actual: byte,
        })
    }
    if (++index === 10) part = follow('fixed')
  }

  function checkHeaderCrc(offset: number): void {
    if (storedCrc !== (crc & 0xffff)) {
      throw new CompressionError(
        'COMPRESSION_CHECKSUM',
        `the gzip header that ends at byte ${offset} fails its checksum`,
        { offset, expected: storedCrc, actual: crc & 0xffff },
      )
    }
  }

  function take(byte: number, offset: number): void {
    switch (part) {
      case 'fixed':
        fixed(byte, offset)
        break
      case 'extraLength':
        extraLeft = index === 0 ? byte : extraLeft | (byte << 8)
        if (++index === 2) part = extraLeft === 0 ? follow('extra') : follow('extraLength')
        break
      case 'extra':
        if (--extraLeft === 0) part = follow('extra')
        break
      case 'name':
      case 'comment':
        if (byte === 0) part = follow(part)
        break
      default:
        storedCrc = index === 0 ? byte : storedCrc | (byte << 8)
        if (++index === 2) part = 'done'
    }
  }

  return {
    get complete() {
      return part === 'done'
    },
    push(chunk, from, base) {
      let at = from
      let covered = from
      while (at < chunk.length && part !== 'done') {
        const summed = part !== 'headerCrc'
        take(chunk[at] as number, base + at)
        at++
        if (summed) covered = at
        if (++length > headerLimit) {
          throw new CompressionError(
            'COMPRESSION_HEADER_TOO_LONG',
            `a gzip header is longer than ${headerLimit} bytes`,
            { offset: base + at, expected: headerLimit },
          )
        }
      }
      if ((flags & flag.headerCrc) !== 0 || part === 'fixed') crc = zlib.crc32(chunk.subarray(from, covered), crc)
      if (part === 'done' && (flags & flag.headerCrc) !== 0) checkHeaderCrc(base + at)
      return at
    },
    reset() {
      part = 'fixed'
      flags = index = extraLeft = length = crc = storedCrc = 0
    },
  }
}
