import { corrupt } from './tar-error.ts'
import { bytesOf, textOf } from './text.ts'

/** One record of a PAX header: `LENGTH KEYWORD=VALUE\n`, the length in decimal digits and that of the whole record. */
export interface PaxRecord {
  readonly keyword: string
  readonly value: Uint8Array
  /** In the archive, in bytes. */
  readonly offset: number
}

const space = 0x20
const newline = 0x0a
const equals = 0x3d
const zero = 0x30
const nine = 0x39
const mostDigits = 10

/**
 * The records of a PAX header (POSIX.1-2024, `pax`, Extended Header), read as strictly as the standard defines them.
 *
 * @param offset of the header's body in the archive
 */
export function parsePaxRecords(bytes: Uint8Array, offset: number): readonly PaxRecord[] {
  const records: PaxRecord[] = []
  for (let start = 0; start < bytes.length;) {
    const at = offset + start
    let index = start
    let length = 0
    for (; index < bytes.length && index - start < mostDigits; index++) {
      const byte = bytes[index] as number
      if (byte < zero || byte > nine) break
      length = length * 10 + byte - zero
    }
    if (index === start || bytes[start] === zero || bytes[index] !== space)
      throw corrupt('a PAX record does not begin with its length', at)
    const end = start + length
    const key = index + 1
    if (end > bytes.length || end <= key || bytes[end - 1] !== newline)
      throw corrupt('a PAX record does not have the length that it states', at)
    const split = bytes.indexOf(equals, key)
    if (split <= key || split >= end) throw corrupt('a PAX record has no keyword', at)
    const keyword = textOf(bytes.subarray(key, split))
    if (keyword.includes('\0')) throw corrupt("a PAX record's keyword contains a NUL byte", at)
    records.push({ keyword, value: bytes.subarray(split + 1, end - 1), offset: at })
    start = end
  }
  return records
}

export function encodePaxRecord(keyword: string, value: Uint8Array): Uint8Array {
  const rest = bytesOf(` ${keyword}=`)
  const without = rest.length + value.length + 1
  // The length includes its own digits, and may need one more digit for them.
  let length = without + String(without).length
  length = without + String(length).length
  const digits = bytesOf(String(length))
  const record = new Uint8Array(length)
  record.set(digits)
  record.set(rest, digits.length)
  record.set(value, digits.length + rest.length)
  record[length - 1] = newline
  return record
}
