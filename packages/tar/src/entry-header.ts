import { blockSize } from './blocks.ts'
import type { Bounds } from './bounds.ts'
import { dialectOf, type Dialect } from './dialect.ts'
import {
  LINK,
  MAJOR,
  MINOR,
  MODE,
  MTIME,
  NAME,
  PREFIX,
  SIZE,
  TYPE,
  UID,
  GID,
  USER_NAME,
  GROUP_NAME,
} from './header-layout.ts'
import { countField, numberField } from './number-field.ts'
import type { Meta } from './meta-headers.ts'
import type { PaxHeader } from './pax-header.ts'
import { textField } from './text-field.ts'
import { checkSparse } from './sparse-check.ts'
import { ambiguous, corrupt, tooLarge, unsupported } from './tar-error.ts'
import type { Device, Sparse, TarEntry, TarType } from './tar-entry.ts'
import { textOf, untilNul } from './text.ts'

const slash = 0x2f
const oldSparse = 0x53
/** What a size is in the header where only a PAX record can say it: nothing, or as much as fits. */
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

/** Puts an entry together, but for the map of a sparse file that is still to come: GNU's old one, and that of PAX format 1.0. */
export function readEntry(bytes: Uint8Array, block: number, meta: Meta, offset: number, bounds: Bounds): TarEntry {
  const { pax } = meta
  const flag = bytes[block + TYPE] as number
  let type = types[flag]
  if (type === undefined)
    throw unsupported(
      `an entry of type ${flag >= 0x21 && flag < 0x7f ? `"${String.fromCharCode(flag)}"` : flag}`,
      offset,
    )
  const dialect = dialectOf(bytes, block, offset)

  const name = nameOf(bytes, block, dialect, meta, offset)
  checkName(name, 'name', offset, bounds)
  const isSlashed = name[name.length - 1] === slash
  if (type === 'file' && isSlashed) {
    // Before there were directories in archives, this was one. Whether that holds for a name given elsewhere is disputed.
    if (flag !== 0) throw ambiguous('a file whose name ends with a slash', offset)
    if (meta.longName !== undefined || pax?.path !== undefined)
      throw ambiguous('a file of the old kind whose long name ends with a slash', offset)
    type = 'directory'
  }

  const isLink = type === 'link' || type === 'symlink'
  const linkName = isLink ? linkOf(bytes, block, meta) : undefined
  if (linkName !== undefined) checkName(linkName, "link's target", offset, bounds)

  const size = sizeOf(bytes, block, type, meta, offset)
  return {
    name,
    path: textOf(name),
    type,
    size,
    mode: countField(bytes, block, MODE, offset),
    uid: pax?.uid ?? countField(bytes, block, UID, offset),
    gid: pax?.gid ?? countField(bytes, block, GID, offset),
    userName: pax?.userName ?? (dialect === 'old' ? undefined : textField(bytes, block, USER_NAME)),
    groupName: pax?.groupName ?? (dialect === 'old' ? undefined : textField(bytes, block, GROUP_NAME)),
    mtime: pax?.mtime ?? { seconds: numberField(bytes, block, MTIME, offset), nanoseconds: 0 },
    atime: pax?.atime,
    ctime: pax?.ctime,
    linkName,
    device: type === 'character-device' || type === 'block-device' ? deviceOf(bytes, block, pax, offset) : undefined,
    xattrs: pax?.xattrs,
    records: pax?.records,
    sparse: sparseOf(pax, size, offset, bounds),
    offset: meta.offset ?? offset,
    bodyOffset: offset + blockSize,
  }
}

function nameOf(
  bytes: Uint8Array,
  block: number,
  dialect: Dialect,
  { longName, pax }: Meta,
  offset: number,
): Uint8Array {
  const given = pax?.sparse?.name ?? pax?.path ?? longName
  if (given !== undefined) return given
  const length = untilNul(bytes, block + NAME.at, NAME.length)
  if (bytes[block + PREFIX.at] === 0) return bytes.slice(block, block + length)
  if (dialect !== 'ustar') {
    if (bytes[block + TYPE] === oldSparse) return bytes.slice(block, block + length)
    throw ambiguous('a prefix of its name in a header that has none', offset)
  }
  const prefix = untilNul(bytes, block + PREFIX.at, PREFIX.length)
  const name = new Uint8Array(prefix + 1 + length)
  name.set(bytes.subarray(block + PREFIX.at, block + PREFIX.at + prefix))
  name[prefix] = slash
  name.set(bytes.subarray(block, block + length), prefix + 1)
  return name
}

function linkOf(bytes: Uint8Array, block: number, { longLink, pax }: Meta): Uint8Array {
  const given = pax?.linkPath ?? longLink
  if (given !== undefined) return given
  return bytes.slice(block + LINK.at, block + LINK.at + untilNul(bytes, block + LINK.at, LINK.length))
}

function checkName(name: Uint8Array, what: string, offset: number, { maxNameLength, maxDepth }: Bounds): void {
  if (name.length === 0) throw corrupt(`its ${what} is empty`, offset)
  if (name.length > maxNameLength) throw tooLarge(`its ${what} has ${name.length} bytes`, 'maxNameLength', offset)
  let depth = 1
  for (let index = 0; index < name.length - 1; index++) if (name[index] === slash) depth++
  if (depth > maxDepth) throw tooLarge(`its ${what} has ${depth} parts`, 'maxDepth', offset)
}

/** Of what has no body, programs disagree whether one follows when the header gives it a size. */
function sizeOf(bytes: Uint8Array, block: number, type: TarType, { pax, paxSeen }: Meta, offset: number): number {
  const own = countField(bytes, block, SIZE, offset)
  const size = pax?.size ?? own
  if (size !== own && own !== 0 && own !== mostOctal)
    throw ambiguous(`its size is ${own} in the header and ${size} in the PAX record`, offset)
  if (type === 'file' || size === 0) return size
  // Before PAX, a hard link had the size of its file and no body, and everybody reads it that way.
  if (type === 'link' && !paxSeen) return 0
  throw ambiguous(`a ${type} with a size of ${size}`, offset)
}

function deviceOf(bytes: Uint8Array, block: number, pax: PaxHeader | undefined, offset: number): Device {
  return {
    major: pax?.major ?? countField(bytes, block, MAJOR, offset),
    minor: pax?.minor ?? countField(bytes, block, MINOR, offset),
  }
}

/** Of formats 0.0 and 0.1. */
function sparseOf(pax: PaxHeader | undefined, bodySize: number, offset: number, bounds: Bounds): Sparse | undefined {
  const sparse = pax?.sparse
  if (sparse === undefined || sparse.version !== undefined) return undefined
  const { size, pieces, start, count } = sparse
  if (size === undefined || start !== undefined || (count !== undefined && count !== pieces.length))
    throw corrupt('its sparse map is not whole', offset)
  const whole = { size, pieces }
  checkSparse(whole, bodySize, offset, bounds)
  return whole
}
