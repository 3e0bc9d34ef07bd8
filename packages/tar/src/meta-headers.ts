import { blockSize, tarPadding } from './blocks.ts'
import type { Bounds } from './bounds.ts'
import { dialectOf } from './dialect.ts'
import { SIZE, TYPE } from './header-layout.ts'
import type { Input } from './input.ts'
import { checkNumbers, countField } from './number-field.ts'
import { addGlobal, readPaxHeader, type PaxHeader } from './pax-header.ts'
import { parsePaxRecords, type PaxRecord } from './pax-records.ts'
import { ambiguous, corrupt, tooLarge } from './tar-error.ts'
import { untilNul } from './text.ts'

/** The headers before an entry's own header. */
export interface Meta {
  /** In the archive, in bytes: of the first of them. */
  readonly offset: number | undefined
  readonly longName: Uint8Array | undefined
  readonly longLink: Uint8Array | undefined
  readonly pax: PaxHeader | undefined
}

/** Headers with values for other headers: PAX (`x`, Solaris's `X`, and `g` for all following entries), GNU's long names (`L`, `K`). */
export interface MetaHeaders {
  /** Whether the header is one of these; its body must then be collected. */
  begin(input: Input, offset: number): boolean
  /** Whether the body is complete. */
  gather(input: Input): boolean
  /** Whether an entry must follow: also after a global header, since Python refuses an archive that ends with one. */
  readonly pending: boolean
  /** Returns the values for the entry whose header was read, and resets them for the next one. */
  take(): Meta
}

const x = 0x78
const solarisX = 0x58
const g = 0x67
const longNameType = 0x4c
const longLinkType = 0x4b

const nothing: Meta = { offset: undefined, longName: undefined, longLink: undefined, pax: undefined }

export function createMetaHeaders(bounds: Bounds): MetaHeaders {
  const globals = new Map<string, PaxRecord>()
  let first: number | undefined
  let longName: Uint8Array | undefined
  let longLink: Uint8Array | undefined
  let records: readonly PaxRecord[] | undefined
  let globalPending = false
  let type = 0
  let body = new Uint8Array(0)
  let bodyOffset = 0
  let filled = 0
  let padding = 0

  function check(offset: number): void {
    if (type === g) {
      if (first !== undefined) throw ambiguous('a global PAX header between an entry and its own PAX header', offset)
      return
    }
    const isLong = type === longNameType || type === longLinkType
    if (records !== undefined && !isLong) throw ambiguous('two PAX headers of one entry', offset)
    if (isLong ? records !== undefined : longName !== undefined || longLink !== undefined)
      throw ambiguous('a PAX header and a long name of one entry', offset)
    if (isLong && (type === longNameType ? longName : longLink) !== undefined)
      throw ambiguous('two long names of one entry', offset)
    first ??= offset
  }

  function understand(): void {
    if (type === longNameType) longName = longText(body, bodyOffset)
    else if (type === longLinkType) longLink = longText(body, bodyOffset)
    else {
      const parsed = parsePaxRecords(body, bodyOffset)
      if (type === g) globalPending = true
      if (type === g) addGlobal(globals, parsed, bounds)
      else records = parsed
    }
  }

  return {
    begin(input, offset) {
      type = input.bytes[input.start + TYPE] as number
      if (type !== x && type !== g && type !== longNameType && type !== longLinkType && type !== solarisX) return false
      dialectOf(input.bytes, input.start, offset)
      checkNumbers(input.bytes, input.start, offset)
      check(offset)
      const size = countField(input.bytes, input.start, SIZE, offset)
      if (size > bounds.maxHeaderSize) throw tooLarge(`a header of ${size} bytes`, 'maxHeaderSize', offset)
      if (size === 0 && (type === longNameType || type === longLinkType)) throw corrupt('an empty long name', offset)
      body = new Uint8Array(size)
      bodyOffset = offset + blockSize
      filled = 0
      padding = tarPadding(size)
      return true
    },
    gather(input) {
      if (filled < body.length) {
        const part = input.take(body.length - filled)
        body.set(part, filled)
        filled += part.length
        if (filled < body.length) return false
      }
      padding -= input.skip(padding)
      if (padding > 0) return false
      understand()
      return true
    },
    get pending() {
      return first !== undefined || globalPending
    },
    take() {
      globalPending = false
      if (first === undefined && globals.size === 0) return nothing
      const pax = records === undefined && globals.size === 0 ? undefined : readPaxHeader(globals, records ?? [])
      const meta = { offset: first, longName, longLink, pax }
      first = undefined
      longName = undefined
      longLink = undefined
      records = undefined
      return meta
    },
  }
}

/** GNU's long names end with a NUL; programs read up to the first one, so nothing may be hidden after it. */
function longText(body: Uint8Array, offset: number): Uint8Array {
  const length = untilNul(body, 0, body.length)
  for (let at = length; at < body.length; at++)
    if (body[at] !== 0) throw corrupt('a long name contains a NUL byte', offset)
  if (length === 0) throw corrupt('a long name is empty', offset)
  if (length === body.length) throw ambiguous('a long name without a NUL byte at its end', offset)
  return body.subarray(0, length)
}
