import { closeSync, fstatSync } from 'node:fs'
import { interfered } from '../rootfs-error.ts'
import { systemError } from '../system-error.ts'
import { shownPath, type DirectoryNode } from '../tree/node.ts'
import { openDirectoryAt } from './at.ts'

/** Descriptors of the tree's directories; the most recently used ones are kept open. */
export interface OpenDirectories {
  /**
   * Stays open until a number of others were requested; each is opened in its parent, without following links, and must be the
   * same directory as the last time.
   *
   * @throws RootfsError `UNPACK_INTERFERED`; what the system says
   */
  descriptorOf(directory: DirectoryNode): number
  /** Of one that goes away. */
  forget(directory: DirectoryNode): void
  close(): void
}

/** @param most of them open at once; at least 2 */
export function createOpenDirectories(root: DirectoryNode, rootDescriptor: number, most = 128): OpenDirectories {
  // In the order of their last use.
  const open = new Set<DirectoryNode>()
  let latest = root
  root.descriptor = rootDescriptor

  function keep(directory: DirectoryNode): void {
    open.add(directory)
    if (open.size <= most) return
    const [oldest] = open
    if (oldest !== undefined) forget(oldest)
  }

  function forget(directory: DirectoryNode): void {
    if (directory.descriptor === -1 || directory === root) return
    closeSync(directory.descriptor)
    directory.descriptor = -1
    open.delete(directory)
    if (latest === directory) latest = root
  }

  function openFrom(parent: number, directory: DirectoryNode): number {
    let descriptor: number
    try {
      descriptor = openDirectoryAt(parent, directory.name)
    } catch (error) {
      throw systemError(error, shownPath(directory))
    }
    const { ino } = fstatSync(descriptor)
    if (directory.inode === undefined) directory.inode = ino
    else if (directory.inode !== ino) {
      closeSync(descriptor)
      throw interfered(shownPath(directory), 'it was replaced by another directory')
    }
    return descriptor
  }

  return {
    descriptorOf(directory) {
      if (directory === latest) return directory.descriptor
      if (directory.descriptor !== -1) {
        latest = directory
        if (directory === root) return directory.descriptor
        open.delete(directory)
        open.add(directory)
        return directory.descriptor
      }
      const way: DirectoryNode[] = []
      let from = directory
      for (; from.descriptor === -1; from = from.parent as DirectoryNode) way.push(from)
      let parent = from.descriptor
      // Directories on the way are closed at once, so that a deep path does not close what the caller uses.
      for (const next of way.toReversed()) {
        let descriptor: number
        try {
          descriptor = openFrom(parent, next)
        } finally {
          if (parent !== from.descriptor) closeSync(parent)
        }
        parent = descriptor
      }
      directory.descriptor = parent
      keep(directory)
      latest = directory
      return parent
    },
    forget,
    close() {
      for (const directory of open) forget(directory)
    },
  }
}
