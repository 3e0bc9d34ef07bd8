import type { TarEntry } from '@lading/tar'
import { digestOfPath } from '../file-names.ts'
import { linkedPath, memberPath } from './member-path.ts'
import { notPlain, tooManyMembers } from './refusals.ts'

/** The paths of an archive, and where the bytes of its files are. */
export interface Catalogue<Where> {
  /** @throws ArchiveError `ARCHIVE_INVALID`; `ARCHIVE_TOO_LARGE` for more members than memory is kept for */
  add(path: string, entry: Pick<TarEntry, 'type' | 'linkName' | 'sparse'>, where: Where): void
  /**
   * @returns `undefined`: nothing is there
   * @throws ArchiveError `ARCHIVE_INVALID` if it is not a file, or there twice, or a dangling link
   */
  find(
    path: string,
    options?: { readonly follow?: boolean | undefined },
  ): { readonly path: string; readonly where: Where } | undefined
  /** Of all that is there, in the order of the archive. */
  paths(): Iterable<string>
}

type Member<Where> =
  | { readonly is: 'file'; readonly where: Where }
  | { readonly is: 'link'; readonly to: string | undefined }
  | { readonly is: 'directory' }
  | { readonly is: 'other' }
  | { readonly is: 'twice' }

/** The longest chain of links that is followed; real archives have shorter ones. */
const mostLinks = 16
/** The memory limit for the paths of members, in bytes: enough for hundreds of thousands; an image has some hundred. */
const pathsLimit = 64 * 1024 * 1024
/** Estimated memory of a member without its paths, in bytes. */
const eachMember = 200

/** @param limit of what paths take, in bytes. Default 64 MiB. */
export function createCatalogue<Where>(limit: number = pathsLimit): Catalogue<Where> {
  const members = new Map<string, Member<Where>>()
  let taken = 0
  return {
    add(path, entry, where) {
      taken += eachMember + path.length + (entry.linkName?.byteLength ?? 0)
      if (taken > limit) throw tooManyMembers(members.size)
      const member = memberOf(path, entry, where)
      const before = members.get(path)
      if (before === undefined) members.set(path, member)
      else if (!mayComeTwice(path, before, member)) members.set(path, { is: 'twice' })
    },
    paths: () => members.keys(),
    find(asked, { follow = false } = {}) {
      let path = asked
      for (let links = 0; ; links++) {
        const member = members.get(path)
        if (member === undefined && links > 0) throw notPlain(asked, `a link to ${path}, which does not exist`)
        if (member === undefined) return undefined
        if (member.is === 'file') return { path, where: member.where }
        if (member.is === 'twice') throw notPlain(path, 'in the archive twice')
        if (member.is !== 'link') throw notPlain(path, 'not a file')
        if (!follow) throw notPlain(path, 'a link')
        if (member.to === undefined) throw notPlain(path, 'a link that points outside the archive')
        if (links === mostLinks) throw notPlain(asked, 'a chain of too many links')
        path = member.to
      }
    },
  }
}

/** The path of content states its digest, so two members with one path are equal; the reader verifies them. */
function mayComeTwice(path: string, one: Member<unknown>, other: Member<unknown>): boolean {
  if (one.is !== other.is) return false
  return one.is === 'directory' || (one.is === 'file' && digestOfPath(path) !== undefined)
}

function memberOf<Where>(
  path: string,
  { type, linkName, sparse }: Pick<TarEntry, 'type' | 'linkName' | 'sparse'>,
  where: Where,
): Member<Where> {
  // A sparse file's body is not its content.
  if (type === 'file') return sparse === undefined ? { is: 'file', where } : { is: 'other' }
  if (type === 'directory') return { is: 'directory' }
  const to = new TextDecoder().decode(linkName)
  if (type === 'symlink') return { is: 'link', to: linkedPath(path, to) }
  return type === 'link' ? { is: 'link', to: memberPath(to) } : { is: 'other' }
}
