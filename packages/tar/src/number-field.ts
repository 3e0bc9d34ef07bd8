import { ATIME, CTIME, GID, MAJOR, MINOR, MODE, MTIME, UID, type Field } from './header-layout.ts'
import { beyondNumbers, corrupt } from './tar-error.ts'

const space = 0x20
const zero = 0x30
const seven = 0x37

/**
 * A number in octal digits, or in GNU's base 256. Spaces may precede the digits, a NUL or a space ends them, and a field of
 * NULs alone is 0. Programs read anything else as different numbers.
 */
function numberField(bytes: Uint8Array, block: number, { at, length, what }: Field, offset: number): number {
  let index = block + at
  const end = index + length
  const first = bytes[index] as number
  if (first >= 0x80) return base256(bytes, index, end, what, offset)
  while (index < end && bytes[index] === space) index++
  let value = 0
  const start = index
  for (; index < end; index++) {
    const byte = bytes[index] as number
    if (byte < zero || byte > seven) break
    value = value * 8 + byte - zero
  }
  if (index === start && (index > block + at || bytes[index] !== 0))
    throw corrupt(`its ${what} is not a number`, offset)
  for (; index < end; index++) {
    const byte = bytes[index] as number
    if (byte !== 0 && byte !== space) throw corrupt(`something follows the number of its ${what}`, offset)
  }
  return value
}

/** GNU's: a first byte of 0x80 and the number, or of 0xff and a negative one in two's complement; most significant byte first. */
function base256(bytes: Uint8Array, start: number, end: number, what: string, offset: number): number {
  const first = bytes[start]
  if (first !== 0x80 && first !== 0xff) throw corrupt(`its ${what} is not a number`, offset)
  const flip = first === 0xff ? 0xff : 0
  let value = 0
  for (let index = start + 1; index < end; index++) {
    value = value * 256 + ((bytes[index] as number) ^ flip)
  }
  return flip === 0 ? value : -value - 1
}

/** As `numberField`, for sizes. */
export function countField(bytes: Uint8Array, block: number, field: Field, offset: number): number {
  const value = numberField(bytes, block, field, offset)
  if (value < 0) throw corrupt(`its ${field.what} is negative`, offset)
  if (value > Number.MAX_SAFE_INTEGER) throw beyondNumbers(`its ${field.what}`, offset)
  return value
}

/** As `numberField`, for a time, in seconds. */
export function timeField(bytes: Uint8Array, block: number, offset: number): number {
  const value = numberField(bytes, block, MTIME, offset)
  if (!Number.isSafeInteger(value)) throw corrupt('its time is more than 2^53', offset)
  return value
}

/** As `countField`, for numbers of at most 32 bits: IDs, permissions, devices. */
export function smallField(bytes: Uint8Array, block: number, field: Field, offset: number): number {
  const value = numberField(bytes, block, field, offset)
  if (value < 0 || value > 0xffff_ffff) throw corrupt(`its ${field.what} is not from 0 to 2^32 - 1`, offset)
  return value
}

/** Python stops at a header with an invalid number, even in an unused field; other programs do not. */
export function checkNumbers(bytes: Uint8Array, block: number, offset: number): void {
  smallField(bytes, block, MODE, offset)
  smallField(bytes, block, UID, offset)
  smallField(bytes, block, GID, offset)
  timeField(bytes, block, offset)
  smallField(bytes, block, MAJOR, offset)
  smallField(bytes, block, MINOR, offset)
}

/** GNU tar recognizes star's headers by these, and rejects what is not a number. */
export function checkStarTimes(bytes: Uint8Array, block: number, offset: number): void {
  if (bytes[block + ATIME.at] === 0 || bytes[block + ATIME.at - 1] !== 0) return
  numberField(bytes, block, ATIME, offset)
  numberField(bytes, block, CTIME, offset)
}
