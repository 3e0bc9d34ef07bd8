import { blockSize } from './blocks.ts'
import { checksum, sumOf } from './checksum.ts'
import { decimalTime } from './decimal-time.ts'
import {
  CHECKSUM,
  GID,
  GROUP_NAME,
  LINK,
  MAGIC,
  MAJOR,
  MINOR,
  MODE,
  MTIME,
  NAME,
  PREFIX,
  SIZE,
  TYPE,
  UID,
  USER_NAME,
  type Field,
} from './header-layout.ts'
import type { TarHeader } from './tar-input.ts'
import type { TarType } from './tar-entry.ts'
import { bytesOf, isUtf8 } from './text.ts'

export type PaxPair = readonly [keyword: string, value: Uint8Array]

export interface Ustar {
  readonly block: Uint8Array
  /** PAX records for values that do not fit into the header, which then has a shortened value. */
  readonly unsaid: readonly PaxPair[]
}

const slash = 0x2f
const types: Record<TarType, string> = {
  file: '0',
  link: '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
}
const modes: Partial<Record<TarType, number>> = { directory: 0o755, symlink: 0o777 }

/** A ustar header (POSIX.1-2024, `pax`, ustar Interchange Format). */
export function encodeUstar(header: TarHeader, flag?: string): Ustar {
  const { type = 'file', mode = modes[type] ?? 0o644, mtime = { seconds: 0, nanoseconds: 0 } } = header
  const block = new Uint8Array(blockSize)
  const unsaid: PaxPair[] = []
  const put = (field: Field, bytes: Uint8Array): void => block.set(bytes.subarray(0, field.length), field.at)
  const putNumber = (field: Field, value: number, keyword: string): void => {
    const fits = value < 8 ** (field.length - 1)
    if (!fits) unsaid.push([keyword, bytesOf(String(value))])
    octal(block, field, fits ? value : 0)
  }
  /** With a NUL at the end, which only names may lack. */
  const putText = (field: Field, text: string | Uint8Array | undefined, keyword: string, room = field.length): void => {
    if (text === undefined) return
    const bytes = bytesOf(text)
    if (bytes.length > room) unsaid.push([keyword, bytes])
    put(field, bytes.length > room ? bytes.subarray(0, room) : bytes)
  }

  const name = bytesOf(header.name)
  const split = splitName(name)
  if (split === undefined) {
    unsaid.push(['path', name])
    put(NAME, name)
  } else {
    put(NAME, name.subarray(split === 0 ? 0 : split + 1))
    put(PREFIX, name.subarray(0, split))
  }
  octal(block, MODE, mode)
  putNumber(UID, header.uid ?? 0, 'uid')
  putNumber(GID, header.gid ?? 0, 'gid')
  putNumber(SIZE, header.size ?? 0, 'size')
  const isWholeTime = mtime.nanoseconds === 0 && mtime.seconds >= 0 && mtime.seconds < 8 ** (MTIME.length - 1)
  if (!isWholeTime) unsaid.push(['mtime', bytesOf(decimalTime(mtime))])
  octal(block, MTIME, mtime.seconds >= 0 && mtime.seconds < 8 ** (MTIME.length - 1) ? mtime.seconds : 0)
  block[TYPE] = (flag ?? types[type]).charCodeAt(0)
  putText(LINK, header.linkName, 'linkpath')
  put({ at: MAGIC, length: 8, what: 'magic' }, bytesOf('ustar\x0000'))
  putText(USER_NAME, header.userName, 'uname', USER_NAME.length - 1)
  putText(GROUP_NAME, header.groupName, 'gname', GROUP_NAME.length - 1)
  if (header.device !== undefined) {
    putNumber(MAJOR, header.device.major, 'SCHILY.devmajor')
    putNumber(MINOR, header.device.minor, 'SCHILY.devminor')
  }
  seal(block)
  if (unsaid.some(([, value]) => !isUtf8(value))) unsaid.unshift(['hdrcharset', bytesOf('BINARY')])
  return { block, unsaid }
}

function octal(block: Uint8Array, { at, length }: Field, value: number): void {
  let rest = value
  for (let index = at + length - 2; index >= at; index--) {
    block[index] = 0x30 + (rest % 8)
    rest = Math.floor(rest / 8)
  }
}

/** The checksum has six digits, a NUL and a space: the only field with this form. */
function seal(block: Uint8Array): void {
  octal(block, { ...CHECKSUM, length: 7 }, checksum(block, 0, sumOf(block, 0)))
  block[CHECKSUM.at + 7] = 0x20
}

/** Where the prefix of a name ends: 0 if it needs no prefix, undefined if it does not fit. */
function splitName(name: Uint8Array): number | undefined {
  if (name.length <= NAME.length) return 0
  // The last slash makes the prefix longest; a name must remain after it.
  const earliest = name.length - NAME.length - 1
  for (let at = Math.min(PREFIX.length, name.length - 2); at >= Math.max(1, earliest); at--)
    if (name[at] === slash && name[at - 1] !== slash) return at
  return undefined
}
