import { rmdirSync, unlinkSync } from 'node:fs'
import { at } from '../descriptors/at.ts'
import type { OpenDirectories } from '../descriptors/open-directories.ts'
import { systemError } from '../system-error.ts'
import { isDirectory, layerOf, shownPath, type DirectoryNode, type NameBytes, type TreeNode } from '../tree/node.ts'

export interface RemoveOptions {
  readonly open: OpenDirectories
  /** What this layer or a later one has stays; default: nothing stays. */
  readonly below?: number | undefined
  /** Called for each removed node. */
  readonly onRemoved: () => void
}

/** Removes a child with all that is in it, from the file system and from memory. @throws RootfsError */
export function removeChild(
  parent: DirectoryNode,
  name: NameBytes,
  { open, below = Infinity, onRemoved }: RemoveOptions,
): void {
  const node = parent.children.get(name)
  if (node === undefined) return
  if (!isDirectory(node)) {
    if (layerOf(node) < below) removeFile(parent, name, node, open, onRemoved)
    return
  }
  // From the leaves up; a directory is looked at a second time when everything below it has been.
  const stack: { readonly directory: DirectoryNode; readonly seen: boolean }[] = [{ directory: node, seen: false }]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { directory, seen } = top
    if (seen) {
      if (directory.layer >= below) {
        if (directory.described < below) forgetEntry(directory)
        continue
      }
      removeEmpty(directory, open)
      onRemoved()
      continue
    }
    stack.push({ directory, seen: true })
    for (const [key, child] of directory.children) {
      if (isDirectory(child)) stack.push({ directory: child, seen: false })
      else if (layerOf(child) < below) removeFile(directory, key, child, open, onRemoved)
    }
  }
}

/** Removes the metadata of lower layers, too. */
function forgetEntry(directory: DirectoryNode): void {
  directory.metadata = undefined
  directory.extras = undefined
}

function removeFile(
  parent: DirectoryNode,
  name: NameBytes,
  node: TreeNode,
  open: OpenDirectories,
  onRemoved: () => void,
): void {
  // A fifo or a device has not been made yet.
  if (typeof node === 'number' || node.kind !== 'special') {
    try {
      unlinkSync(at(open.descriptorOf(parent), name))
    } catch (error) {
      throw systemError(error, shownPath(parent, name))
    }
  }
  parent.children.delete(name)
  onRemoved()
}

function removeEmpty(directory: DirectoryNode, open: OpenDirectories): void {
  const parent = directory.parent as DirectoryNode
  open.forget(directory)
  try {
    rmdirSync(at(open.descriptorOf(parent), directory.name))
  } catch (error) {
    throw systemError(error, shownPath(directory))
  }
  parent.children.delete(directory.name)
}
