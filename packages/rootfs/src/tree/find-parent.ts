import { beyondLimit, refused } from '../rootfs-error.ts'
import { isDirectory, layerOf, shownPath, type DirectoryNode, type NameBytes } from './node.ts'

export interface FindOptions {
  readonly root: DirectoryNode
  readonly maxDepth: number
  /** The one whose entry asks. */
  readonly layer: number
  /**
   * Makes a directory that no entry is there for, in the place of what lower layers have there; without it, what is not
   * there is not found.
   */
  readonly make?: ((parent: DirectoryNode, name: NameBytes) => DirectoryNode) | undefined
}

/**
 * The directory that a path leads to, as on an overlay file system: no link is followed, and what a lower layer has there
 * and is no directory makes room for one. The file system is not asked.
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
      throw refused('UNPACK_ENTRY_INVALID', path, `${shownPath(at, part)} is no directory`)
    if (at.depth >= maxDepth) throw beyondLimit('maxDepth', maxDepth, path, `it is ${at.depth + 1} directories deep`)
    at = make(at, part)
  }
  return at
}
