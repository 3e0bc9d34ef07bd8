import { blockSize } from './blocks.ts'
import type { Bounds } from './bounds.ts'
import { dialectOf, type Dialect } from './dialect.ts'
import {
  MAJOR,
  MINOR,
  MODE,
  NAME,
  REAL_SIZE,
  SIZE,
  SPARSE,
  EXTENDED,
  TYPE,
  UID,
  GID,
  USER_NAME,
  GROUP_NAME,
} from './header-layout.ts'
import { checkName, linkOf, nameOf } from './entry-name.ts'
import { checkStarTimes, countField, smallField, timeField } from './number-field.ts'
import type { Meta } from './meta-headers.ts'
import type { PaxHeader } from './pax-header.ts'
import { createTextField } from './text-field.ts'
import { checkSparse } from './sparse-check.ts'
import { ambiguous, corrupt, unsupported } from './tar-error.ts'
import type { Device, Sparse, TarEntry, TarType } from './tar-entry.ts'
import { textAt, untilNul } from './text.ts'

const slash = 0x2f
const oldSparse = 0x53
/** The header's size if only a PAX record can hold the real one: 0, or the largest that fits. */
const mostOctal = 8 ** 11 - 1

const types: Readonly<Record<number, TarType>> = {
  0x00: 'file',
  0x30: 'file',
  0x37: 'file',
  0x53: 'file',
  0x31: 'link',
  0x32: 'symlink',
  0x33: 'character-device',
  0x34: 'block-device',
  0x35: 'directory',
  0x36: 'fifo',
}

/** What is the same for all entries of an archive. */
export interface EntryContext {
  readonly bounds: Bounds
  readonly userName: (bytes: Uint8Array, block: number) => string | undefined
  readonly groupName: (bytes: Uint8Array, block: number) => string | undefined
}

export const createEntryContext = (bounds: Bounds): EntryContext => ({
  bounds,
  userName: createTextField(USER_NAME),
  groupName: createTextField(GROUP_NAME),
})

/** Builds an entry, except for the map of a sparse file that follows: GNU's old one, and that of PAX format 1.0. */
export function readEntry(
  bytes: Uint8Array,
  block: number,
  meta: Meta,
  offset: number,
  { bounds, userName, groupName }: EntryContext,
): TarEntry {
  const { pax } = meta
  const flag = bytes[block + TYPE] as number
  let type = types[flag]
  if (type === undefined)
    throw unsupported(
      `an entry of type ${flag >= 0x21 && flag < 0x7f ? `"${String.fromCharCode(flag)}"` : flag}`,
      offset,
    )
  const dialect = dialectOf(bytes, block, offset)
  if (flag === oldSparse && dialect !== 'gnu')
    throw ambiguous('a GNU sparse file in a header that is not in GNU format', offset)
  if (flag !== oldSparse && dialect === 'gnu' && hasSparse(bytes, block))
    throw ambiguous('a sparse map of an entry that is not a sparse file', offset)

  if (dialect === 'ustar') checkStarTimes(bytes, block, offset)

  const name = nameOf(bytes, block, dialect, meta, offset)
  checkName(name, 'name', offset, bounds)
  if (type === 'file' && isDirectory(bytes, block, name, flag, offset)) type = 'directory'

  const isLink = type === 'link' || type === 'symlink'
  const linkName = isLink ? linkOf(bytes, block, meta, offset) : undefined
  if (linkName !== undefined) checkName(linkName, "link's target", offset, bounds)

  const size = sizeOf(bytes, block, type, dialect, pax, offset)
  // Read for every entry: some programs refuse a header because of fields that they do not need.
  const uid = smallField(bytes, block, UID, offset)
  const gid = smallField(bytes, block, GID, offset)
  const seconds = timeField(bytes, block, offset)
  return {
    name,
    path: textAt(name, 0, name.length),
    type,
    size,
    mode: smallField(bytes, block, MODE, offset),
    uid: pax?.uid ?? uid,
    gid: pax?.gid ?? gid,
    userName: pax?.userName ?? (dialect === 'old' ? undefined : userName(bytes, block)),
    groupName: pax?.groupName ?? (dialect === 'old' ? undefined : groupName(bytes, block)),
    mtime: pax?.mtime ?? { seconds, nanoseconds: 0 },
    atime: pax?.atime,
    ctime: pax?.ctime,
    linkName,
    device: deviceOf(bytes, block, type, pax, offset),
    xattrs: pax?.xattrs,
    records: pax?.records,
    sparse: sparseOf(pax, size, offset, bounds),
    offset: meta.offset ?? offset,
    bodyOffset: offset + blockSize,
  }
}

/** libarchive reads these whatever the entry's type. */
const hasSparse = (bytes: Uint8Array, block: number): boolean =>
  bytes[block + SPARSE] !== 0 || bytes[block + EXTENDED] !== 0 || bytes[block + REAL_SIZE] !== 0

/** In the oldest format, a file whose name ends with a slash is a directory. */
function isDirectory(bytes: Uint8Array, block: number, name: Uint8Array, flag: number, offset: number): boolean {
  const isSlashed = name[name.length - 1] === slash
  if (flag !== 0) {
    if (isSlashed) throw ambiguous('a file whose name ends with a slash', offset)
    return false
  }
  const own = untilNul(bytes, block + NAME.at, NAME.length)
  if ((own > 0 && bytes[block + NAME.at + own - 1] === slash) !== isSlashed)
    throw ambiguous('a file of the old kind with two names, one of which ends with a slash', offset)
  return isSlashed
}

/** For entries without a body, programs disagree whether one follows if the header has a size. */
function sizeOf(
  bytes: Uint8Array,
  block: number,
  type: TarType,
  dialect: Dialect,
  pax: PaxHeader | undefined,
  offset: number,
): number {
  const own = countField(bytes, block, SIZE, offset)
  const size = pax?.size ?? own
  if (size !== own && own !== 0 && own !== mostOctal)
    throw ambiguous(`its size is ${own} in the header and ${size} in the PAX record`, offset)
  if (type === 'file' || size === 0) return size
  // If only the slash of its name marks a directory, GNU tar skips a body; other programs expect none.
  if (type === 'directory' && bytes[block + TYPE] === 0)
    throw ambiguous(`a directory of the old kind with a size of ${size}`, offset)
  // Before ustar, a hard link had the size of its file, and a directory a size of its own, without a body; all programs accept that.
  if (type === 'directory' ? pax?.size === undefined : type === 'link' && dialect !== 'ustar') return 0
  throw ambiguous(`a ${type} with a size of ${size}`, offset)
}

/** An invalid number is refused in every entry, because some programs read it in every entry. */
function deviceOf(
  bytes: Uint8Array,
  block: number,
  type: TarType,
  pax: PaxHeader | undefined,
  offset: number,
): Device | undefined {
  const major = smallField(bytes, block, MAJOR, offset)
  const minor = smallField(bytes, block, MINOR, offset)
  return type === 'character-device' || type === 'block-device'
    ? { major: pax?.major ?? major, minor: pax?.minor ?? minor }
    : undefined
}

/** Of formats 0.0 and 0.1. */
function sparseOf(pax: PaxHeader | undefined, bodySize: number, offset: number, bounds: Bounds): Sparse | undefined {
  const sparse = pax?.sparse
  if (sparse === undefined || sparse.version !== undefined) return undefined
  const { size, pieces, start, count } = sparse
  if (size === undefined || start !== undefined || count !== pieces.length)
    throw corrupt('its sparse map is incomplete', offset)
  const whole = { size, pieces }
  checkSparse(whole, bodySize, offset, bounds)
  return whole
}
