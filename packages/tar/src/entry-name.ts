import type { Bounds } from './bounds.ts'
import type { Dialect } from './dialect.ts'
import { LINK, NAME, PREFIX, TYPE } from './header-layout.ts'
import type { Meta } from './meta-headers.ts'
import { ambiguous, corrupt, tooLarge } from './tar-error.ts'
import { untilNul } from './text.ts'

const slash = 0x2f
const oldSparse = 0x53

/** An entry's name: from a record, a long name, or the header itself. */
export function nameOf(
  bytes: Uint8Array,
  block: number,
  dialect: Dialect,
  { longName, pax }: Meta,
  offset: number,
): Uint8Array {
  const given = pax?.sparse?.name ?? pax?.path ?? longName
  if (given !== undefined) return given
  const length = untilNul(bytes, block + NAME.at, NAME.length)
  if (bytes[block + PREFIX.at] === 0) return copyOf(bytes, block, length)
  if (dialect !== 'ustar') {
    if (bytes[block + TYPE] === oldSparse) return copyOf(bytes, block, length)
    throw ambiguous('a prefix of its name in a header format without prefixes', offset)
  }
  const prefix = untilNul(bytes, block + PREFIX.at, PREFIX.length)
  if (bytes[block + PREFIX.at + prefix - 1] === slash) throw ambiguous('a prefix that ends with a slash', offset)
  const name = new Uint8Array(prefix + 1 + length)
  for (let index = 0; index < prefix; index++) name[index] = bytes[block + PREFIX.at + index] as number
  name[prefix] = slash
  for (let index = 0; index < length; index++) name[prefix + 1 + index] = bytes[block + index] as number
  return name
}

/** `slice` of a subclass may be a view, as that of Node's Buffer is. */
function copyOf(bytes: Uint8Array, start: number, length: number): Uint8Array {
  const copy = new Uint8Array(length)
  for (let index = 0; index < length; index++) copy[index] = bytes[start + index] as number
  return copy
}

export function linkOf(bytes: Uint8Array, block: number, { longLink, pax }: Meta, offset: number): Uint8Array {
  const given = pax?.linkPath ?? longLink
  if (given !== undefined) {
    // libarchive recognizes a hard link by the target in its own header.
    if (bytes[block + LINK.at] === 0)
      throw ambiguous('a hard link with a long target, but without a target in its header', offset)
    return given
  }
  return copyOf(bytes, block + LINK.at, untilNul(bytes, block + LINK.at, LINK.length))
}

export function checkName(name: Uint8Array, what: string, offset: number, { maxNameLength, maxDepth }: Bounds): void {
  if (name.length === 0) throw corrupt(`its ${what} is empty`, offset)
  if (name.length > maxNameLength) throw tooLarge(`its ${what} has ${name.length} bytes`, 'maxNameLength', offset)
  let depth = 1
  for (let index = 0; index < name.length - 1; index++) if (name[index] === slash) depth++
  if (depth > maxDepth) throw tooLarge(`its ${what} has ${depth} parts`, 'maxDepth', offset)
}
