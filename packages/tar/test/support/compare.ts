import { crc32 } from 'node:zlib'
import { TarError } from '@lading/tar'
import { programs, type Listed, type Lists } from './lists.ts'
import { readAll, type ReadEntry } from './read.ts'

export type Ours = { readonly entries: readonly ReadEntry[] } | { readonly refusal: TarError }

export function readOrRefuse(archive: Uint8Array): Ours {
  try {
    return { entries: readAll(archive) }
  } catch (error) {
    if (error instanceof TarError) return { refusal: error }
    throw error
  }
}

const mostContent = 1 << 20

/** The body with its holes, as the other programs give it. */
function whole({ body, sparse }: ReadEntry): Buffer {
  if (sparse === undefined) return body
  const content = Buffer.alloc(sparse.size)
  let at = 0
  for (const { offset, length } of sparse.pieces) {
    body.copy(content, offset, at, at + length)
    at += length
  }
  return content
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
/** tarfile gives directories without the slash at their end. */
const name = (digits: string, type: string): string => (type === 'directory' ? digits.replace(/(?:2f)+$/, '') : digits)

function asListed(entry: ReadEntry): Listed {
  const size = entry.sparse?.size ?? entry.size
  return {
    type: entry.type,
    name: hex(entry.name),
    size: entry.type === 'file' ? size : null,
    link: entry.linkName === undefined ? null : hex(entry.linkName),
    mode: entry.mode & 0o7777,
    uid: entry.uid,
    gid: entry.gid,
    // A fraction before 1970 is rounded to the other side by some.
    mtime: entry.mtime.seconds < 0 && entry.mtime.nanoseconds > 0 ? null : entry.mtime.seconds,
    // libarchive gives no zeros of a file that is one hole.
    content:
      entry.type === 'file' && size <= mostContent && (entry.sparse === undefined || entry.size > 0)
        ? crc32(whole(entry))
        : null,
  }
}

function hasGlobal(archive: Uint8Array): boolean {
  for (let at = 156; at < archive.length; at += 512) if (archive[at] === 0x67) return true
  return false
}

/** What a program reads otherwise than we do; of an archive that we refuse, nothing. */
export function differences(archive: Uint8Array, lists: Lists): readonly string[] {
  const ours = readOrRefuse(archive)
  if ('refusal' in ours) return []
  const listed = ours.entries.map(asListed)
  return programs.flatMap((program) => {
    const { entries, error } = lists[program]
    if (error !== undefined) return [`${program} refuses: ${error}`]
    if (entries.length !== listed.length) return [`${program} reads ${entries.length} entries, we ${listed.length}`]
    // libarchive does not apply what POSIX has for all entries that follow, nor Python to GNU's old sparse files.
    const isGlobal = hasGlobal(archive)
    return entries.flatMap((theirs, index) => {
      const our = listed[index] as Listed
      const isSparse = ours.entries[index]?.sparse !== undefined
      const hasOwner = !isGlobal || program === 'gnu' || (program === 'python' && !isSparse)
      const differ = (key: keyof Listed, a: string | number | null, b: string | number | null): string[] =>
        a === null || b === null || a === b
          ? []
          : [`${program} reads ${key} ${String(b)} of entry ${index}, we ${String(a)}`]
      return [
        ...differ('type', our.type, theirs.type),
        ...(theirs.name === null ? [] : differ('name', name(our.name ?? '', our.type), name(theirs.name, theirs.type))),
        ...(our.type === 'file' ? differ('size', our.size, theirs.size) : []),
        ...differ('link', our.link, theirs.link),
        ...differ('mode', our.mode, theirs.mode),
        ...(hasOwner ? differ('uid', our.uid, theirs.uid) : []),
        ...(hasOwner ? differ('gid', our.gid, theirs.gid) : []),
        ...(hasOwner ? differ('mtime', our.mtime, theirs.mtime) : []),
        ...differ('content', our.content, theirs.content),
      ]
    })
  })
}

/** Whether the three read the same without a complaint. */
export const agree = (lists: Lists): boolean => {
  const shapes = programs.map((program) =>
    lists[program].error === undefined
      ? JSON.stringify(
          lists[program].entries.map((e) => [
            e.type,
            e.name === null ? null : name(e.name, e.type),
            e.type === 'file' ? e.size : null,
            e.link,
          ]),
        )
      : undefined,
  )
  return shapes[0] !== undefined && shapes.every((shape) => shape === shapes[0])
}
