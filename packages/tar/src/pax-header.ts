import { printable } from '@lading/errors'
import type { Bounds } from './bounds.ts'
import type { PaxRecord } from './pax-records.ts'
import { ambiguous, beyondNumbers, corrupt, tooLarge, unsupported } from './tar-error.ts'
import type { SparsePiece, Time } from './tar-entry.ts'
import { textOf } from './text.ts'

/** The values of PAX records for the entry that follows them. */
export interface PaxHeader {
  path?: Uint8Array
  linkPath?: Uint8Array
  size?: number
  uid?: number
  gid?: number
  userName?: string
  groupName?: string
  mtime?: Time
  atime?: Time
  ctime?: Time
  major?: number
  minor?: number
  xattrs?: Map<string, Uint8Array>
  records?: Map<string, Uint8Array>
  sparse?: PaxSparse
}

/** GNU's formats 0.0 and 0.1 have the map in the records, 1.0 at the beginning of the body. */
interface PaxSparse {
  version?: string
  minor?: string
  size?: number
  name?: Uint8Array
  count?: number
  pieces: SparsePiece[]
  /** Of format 0.0: an offset that waits for its length. */
  start?: number
}

type Take = (header: PaxHeader, record: PaxRecord) => void

const schilyXattr = 'SCHILY.xattr.'
const libarchiveXattr = 'LIBARCHIVE.xattr.'
const charsets = ['ISO-IR 10646 2000 UTF-8', 'BINARY']

const takers: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['path', (header, record) => (header.path = nonEmpty(record))],
  ['linkpath', (header, record) => (header.linkPath = nonEmpty(record))],
  ['size', (header, record) => (header.size = countOf(record))],
  ['uid', (header, record) => (header.uid = smallOf(record))],
  ['gid', (header, record) => (header.gid = smallOf(record))],
  ['uname', (header, record) => (header.userName = textOf(withoutNul(record)))],
  ['gname', (header, record) => (header.groupName = textOf(withoutNul(record)))],
  ['mtime', (header, record) => (header.mtime = timeOf(record))],
  ['atime', (header, record) => (header.atime = timeOf(record))],
  ['ctime', (header, record) => (header.ctime = timeOf(record))],
  ['SCHILY.devmajor', (header, record) => (header.major = smallOf(record))],
  ['SCHILY.devminor', (header, record) => (header.minor = smallOf(record))],
  [
    'hdrcharset',
    (_header, record) => {
      if (!charsets.includes(textOf(record.value)))
        throw unsupported('names in a character set other than UTF-8', record.offset)
    },
  ],
  ['GNU.sparse.major', (header, record) => (sparseOf(header).version = textOf(record.value))],
  ['GNU.sparse.minor', (header, record) => (sparseOf(header).minor = textOf(record.value))],
  ['GNU.sparse.name', (header, record) => (sparseOf(header).name = nonEmpty(record))],
  ['GNU.sparse.size', (header, record) => (sparseOf(header).size = countOf(record))],
  ['GNU.sparse.realsize', (header, record) => (sparseOf(header).size = countOf(record))],
  ['GNU.sparse.numblocks', (header, record) => (sparseOf(header).count = countOf(record))],
  [
    'GNU.sparse.offset',
    (header, record) => {
      const sparse = sparseOf(header)
      if (sparse.count === undefined) throw ambiguous('a sparse map that begins before its length', record.offset)
      if (sparse.start !== undefined) throw corrupt('an offset of a sparse map has no length', record.offset)
      sparse.start = countOf(record)
    },
  ],
  [
    'GNU.sparse.numbytes',
    (header, record) => {
      const sparse = sparseOf(header)
      if (sparse.start === undefined) throw corrupt('a length of a sparse map has no offset', record.offset)
      sparse.pieces.push({ offset: sparse.start, length: countOf(record) })
      delete sparse.start
    },
  ],
  [
    'GNU.sparse.map',
    (header, record) => {
      const sparse = sparseOf(header)
      if (sparse.count === undefined) throw ambiguous('a sparse map that begins before its length', record.offset)
      const numbers = textOf(record.value).split(',')
      if (numbers.length % 2 !== 0) throw corrupt('an offset of a sparse map has no length', record.offset)
      for (let at = 0; at < numbers.length; at += 2)
        sparse.pieces.push({
          offset: countIn(numbers[at] as string, record),
          length: countIn(numbers[at + 1] as string, record),
        })
    },
  ],
])

/** Records of star, Solaris and GNU tar, for parts of files, other kinds of holes and incremental dumps. Some programs support some of them. */
const refused = /^(?:SCHILY\.(?:realsize|offset|filetype)|SUN\.holesdata|GNU\.(?:volume\..*|dumpdir|sparse.*))$/s

/** Keywords that are refused in global headers: programs differ in whether they apply, and to what. */
const oneEntryOnly = /^(?:path|linkpath|size|hdrcharset|GNU\..*|SUN\..*|SCHILY\..*|LIBARCHIVE\.xattr\..*)$/s

/** The least that a global record counts, in bytes: each following entry is read with all of them. */
const leastOfGlobal = 4 * 1024

/** Adds the records of a global header to those for all following entries. */
export function addGlobal(
  globals: Map<string, PaxRecord>,
  records: readonly PaxRecord[],
  { maxHeaderSize }: Bounds,
): void {
  for (const record of records) {
    if (oneEntryOnly.test(record.keyword))
      throw ambiguous(`the PAX record "${shown(record.keyword)}" for all entries that follow`, record.offset)
    // Checked by the rules for an entry's own header, at once and not only at the next entry.
    if (record.value.length > 0) takers.get(record.keyword)?.({}, record)
    globals.set(record.keyword, record)
  }
  let size = 0
  for (const { keyword, value } of globals.values()) size += Math.max(leastOfGlobal, keyword.length + value.length)
  if (size > maxHeaderSize)
    throw tooLarge(`global PAX headers of ${globals.size} records`, 'maxHeaderSize', records[0]?.offset ?? 0)
}

/** Whether an entry has a member of its own for the record, or is refused because of it. */
export const isKnownKeyword = (keyword: string): boolean =>
  takers.has(keyword) || refused.test(keyword) || keyword.startsWith(schilyXattr) || keyword.startsWith(libarchiveXattr)

/** The records that apply to one entry, global ones first. */
export function readPaxHeader(globals: ReadonlyMap<string, PaxRecord>, records: readonly PaxRecord[]): PaxHeader {
  const header: PaxHeader = {}
  const own = new Set(records.map(({ keyword }) => keyword))
  for (const record of globals.values()) if (!own.has(record.keyword)) takeRecord(header, record)
  for (const record of records) takeRecord(header, record)
  return header
}

function takeRecord(header: PaxHeader, record: PaxRecord): void {
  const { keyword, value } = record
  if (keyword.startsWith(schilyXattr)) {
    ;(header.xattrs ??= new Map()).set(keyword.slice(schilyXattr.length), value)
    return
  }
  if (keyword.startsWith(libarchiveXattr)) {
    const name = percentDecoded(keyword.slice(libarchiveXattr.length), record)
    // libarchive writes the same value twice; the other record is its plain form.
    const xattrs = (header.xattrs ??= new Map<string, Uint8Array>())
    if (!xattrs.has(name)) xattrs.set(name, base64Decoded(value, record))
    return
  }
  const take = takers.get(keyword)
  if (take === undefined && refused.test(keyword))
    throw unsupported(`the PAX record "${shown(keyword)}"`, record.offset)
  if (take === undefined) (header.records ??= new Map()).set(keyword, value)
  // An empty value cancels the header's value or a global record.
  else take(header, record)
}

const sparseOf = (header: PaxHeader): PaxSparse => (header.sparse ??= { pieces: [] })

const shown = (keyword: string): string => printable(keyword, 80)

function withoutNul({ keyword, value, offset }: PaxRecord): Uint8Array {
  if (value.includes(0)) throw corrupt(`the PAX record "${keyword}" contains a NUL byte`, offset)
  return value
}

function nonEmpty(record: PaxRecord): Uint8Array {
  if (record.value.length === 0) throw ambiguous(`the PAX record "${record.keyword}" is empty`, record.offset)
  return withoutNul(record)
}

const countOf = (record: PaxRecord): number => countIn(textOf(record.value), record)

function smallOf(record: PaxRecord): number {
  const value = countOf(record)
  if (value > 0xffff_ffff) throw corrupt(`the PAX record "${record.keyword}" is more than 2^32 - 1`, record.offset)
  return value
}

function countIn(text: string, { keyword, offset }: PaxRecord): number {
  if (!/^\d+$/.test(text)) throw corrupt(`the PAX record "${keyword}" is not a number`, offset)
  const value = Number(text)
  if (value > Number.MAX_SAFE_INTEGER) throw beyondNumbers(`the PAX record "${keyword}"`, offset)
  return value
}

function timeOf(record: PaxRecord): Time {
  const match = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(textOf(record.value))
  if (match === null) throw corrupt(`the PAX record "${record.keyword}" is not a time`, record.offset)
  const [, sign = '', whole = '0', fraction = ''] = match
  const seconds = Number(whole)
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'))
  if (sign === '') return { seconds, nanoseconds }
  return nanoseconds === 0
    ? { seconds: 0 - seconds, nanoseconds }
    : { seconds: -seconds - 1, nanoseconds: 1e9 - nanoseconds }
}

function percentDecoded(name: string, { offset }: PaxRecord): string {
  try {
    return decodeURIComponent(name)
  } catch {
    throw corrupt('the name of an extended attribute is not encoded correctly', offset)
  }
}

function base64Decoded(value: Uint8Array, { offset }: PaxRecord): Uint8Array {
  try {
    return Uint8Array.from(atob(textOf(value)), (unit) => unit.charCodeAt(0))
  } catch {
    throw corrupt('the value of an extended attribute is not encoded correctly', offset)
  }
}
