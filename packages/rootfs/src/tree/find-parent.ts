import { beyondLimit, refused } from '../rootfs-error.ts'
import { isDirectory, layerOf, shownPath, type DirectoryNode, type NameBytes } from './node.ts'

export interface FindOptions {
  readonly root: DirectoryNode
  readonly maxDepth: number
  /** The layer of the entry. */
  readonly layer: number
  /**
   * Creates a directory that has no entry, and replaces what lower layers have there; without it, what does not
   * exist is not found.
   */
  readonly make?: ((parent: DirectoryNode, name: NameBytes) => DirectoryNode) | undefined
}

/**
 * The directory of a path, as on an overlay file system: no link is followed, and anything else that a lower layer has there
 * is replaced by a directory. The file system is not used.
 *
 * @param parts of the path; none of them empty, `.` or `..`
 * @param path for an error
 */
export function findDirectory(
  parts: readonly NameBytes[],
  path: string,
  { root, maxDepth, layer, make }: FindOptions,
): DirectoryNode | undefined {
  let at = root
  for (const part of parts) {
    const node = at.children.get(part)
    if (isDirectory(node)) {
      at = node
      continue
    }
    if (make === undefined) return undefined
    if (node !== undefined && layerOf(node) >= layer)
      throw refused('UNPACK_ENTRY_INVALID', path, `${shownPath(at, part)} is not a directory`)
    if (at.depth >= maxDepth) throw beyondLimit('maxDepth', maxDepth, path, `it is ${at.depth + 1} directories deep`)
    at = make(at, part)
  }
  return at
}
