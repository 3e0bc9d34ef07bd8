import { mkdirSync } from 'node:fs'
import { at } from '../descriptors/at.ts'
import { createOpenDirectories, type OpenDirectories } from '../descriptors/open-directories.ts'
import type { Limits } from '../limits.ts'
import { beyondLimit } from '../rootfs-error.ts'
import { systemError } from '../system-error.ts'
import { findDirectory } from '../tree/find-parent.ts'
import { newDirectory, shownPath, type DirectoryNode, type NameBytes, type TreeNode } from '../tree/node.ts'
import { workingMode } from './finish-directories.ts'
import { removeChild } from './remove-subtree.ts'

/** The tree while layers are written to it: on the file system, and in memory. */
export interface GrowingTree {
  readonly root: DirectoryNode
  readonly open: OpenDirectories
  /** Counted from 1, the lowest; 0 before that. */
  readonly layer: number
  nextLayer(): void
  /** The directory of an entry, created if it has no entry of its own. @param path for an error */
  parentOf(parents: readonly NameBytes[], path: string): DirectoryNode
  /** A directory that is there. @param path for an error */
  find(parents: readonly NameBytes[], path: string): DirectoryNode | undefined
  /** Notes what was made. @throws RootfsError `maxInodes` */
  add(parent: DirectoryNode, name: NameBytes, node: TreeNode): void
  /** Adds a further name of a file that is there. */
  countOneLess(): void
  makeDirectory(parent: DirectoryNode, name: NameBytes): DirectoryNode
  /** Removes what is there, with all that is in it. */
  replace(parent: DirectoryNode, name: NameBytes): void
  /** Removes what lower layers have there: one child of a directory, or all of its content. */
  hide(parents: readonly NameBytes[], path: string, name?: NameBytes): void
  /** Marks that this layer has an entry for a directory, or something in it. */
  touch(changed: DirectoryNode): void
  close(): void
}

/** @param rootDescriptor of an empty directory that is ours alone, with mode 0700 */
export function createGrowingTree(
  rootDescriptor: number,
  { maxInodes, maxDepth }: Pick<Limits, 'maxInodes' | 'maxDepth'>,
): GrowingTree {
  const root = newDirectory('', undefined, 0)
  const open = createOpenDirectories(root, rootDescriptor)
  let layer = 0
  let inodes = 0
  // Entries come directory by directory.
  let parentPath: NameBytes | undefined
  let knownParent: DirectoryNode = root

  const onRemoved = (): void => {
    inodes--
  }

  function touch(changed: DirectoryNode): void {
    for (let each: DirectoryNode | undefined = changed; each !== undefined && each.layer !== layer; each = each.parent)
      each.layer = layer
  }

  function add(parent: DirectoryNode, name: NameBytes, node: TreeNode): void {
    if (++inodes > maxInodes)
      throw beyondLimit('maxInodes', maxInodes, shownPath(parent, name), `there are ${inodes} files`)
    if (parent.layer !== layer) touch(parent)
    parent.children.set(name, node)
  }

  function makeDirectory(parent: DirectoryNode, name: NameBytes): DirectoryNode {
    try {
      mkdirSync(at(open.descriptorOf(parent), name), workingMode)
    } catch (error) {
      throw systemError(error, shownPath(parent, name))
    }
    const made = newDirectory(name, parent, layer)
    add(parent, name, made)
    return made
  }

  function replace(parent: DirectoryNode, name: NameBytes): void {
    const there = parent.children.get(name)
    if (there === undefined) return
    // The remembered parent may have been removed.
    if (typeof there !== 'number') parentPath = undefined
    removeChild(parent, name, { open, onRemoved })
  }

  function makeParent(parent: DirectoryNode, name: NameBytes): DirectoryNode {
    replace(parent, name)
    return makeDirectory(parent, name)
  }

  return {
    root,
    open,
    get layer() {
      return layer
    },
    nextLayer() {
      layer++
      parentPath = undefined
    },
    parentOf(parents, path) {
      const key = parents.join('/')
      if (key === parentPath) return knownParent
      knownParent = findDirectory(parents, path, { root, maxDepth, layer, make: makeParent }) as DirectoryNode
      parentPath = key
      return knownParent
    },
    find: (parents, path) => findDirectory(parents, path, { root, layer, maxDepth }),
    add,
    countOneLess: onRemoved,
    makeDirectory,
    replace,
    hide(parents, path, name) {
      const parent = findDirectory(parents, path, { root, layer, maxDepth })
      parentPath = undefined
      if (parent === undefined) return
      for (const child of name === undefined ? parent.children.keys() : [name])
        removeChild(parent, child, { open, below: layer, onRemoved })
    },
    touch,
    close: () => open.close(),
  }
}
