import { beyondLimit, refused } from '../rootfs-error.ts'
import { isDirectory, shownPath, type DirectoryNode, type NameBytes } from './node.ts'

/** As many as Linux follows of one path (path_resolution(7)). */
const mostLinks = 40

export interface FindOptions {
  readonly root: DirectoryNode
  readonly maxDepth: number
  /** Makes a directory that no entry is there for; without it, what is not there is not found. */
  readonly make?: ((parent: DirectoryNode, name: NameBytes) => DirectoryNode) | undefined
}

/**
 * The directory that a path leads to, as it would inside a chroot: symbolic links are followed in the memory of the tree,
 * an absolute one from the tree's root, and nothing is above that. The file system is not asked.
 *
 * @param parts of the path; none of them empty, `.` or `..`
 * @param path for an error
 */
export function findDirectory(
  parts: readonly NameBytes[],
  path: string,
  { root, maxDepth, make }: FindOptions,
): DirectoryNode | undefined {
  let at = root
  let links = 0
  // Those that are still to go; what a link adds goes in front.
  let left: NameBytes[] | undefined
  for (let index = 0; ;) {
    let part: NameBytes | undefined
    if (left !== undefined && left.length > 0) part = left.pop() as NameBytes
    else if (index < parts.length) part = parts[index++] as NameBytes
    else return at
    if (part === '' || part === '.') continue
    if (part === '..') {
      at = at.parent ?? at
      continue
    }
    const node = at.children.get(part)
    if (isDirectory(node)) at = node
    else if (node === undefined) {
      if (make === undefined) return undefined
      if (at.depth >= maxDepth) throw beyondLimit('maxDepth', maxDepth, path, `it is ${at.depth + 1} directories deep`)
      at = make(at, part)
    } else if (typeof node === 'object' && node.kind === 'symlink') {
      if (++links > mostLinks)
        throw refused('UNPACK_SYMLINK_LOOP', path, `more than ${mostLinks} symbolic links on the way to it`)
      if (node.target.startsWith('/')) at = root
      left ??= []
      left.push(...node.target.split('/').toReversed())
    } else if (make === undefined) return undefined
    else throw refused('UNPACK_ENTRY_INVALID', path, `${shownPath(at, part)} is no directory`)
  }
}
