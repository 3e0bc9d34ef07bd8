import type { OpenDirectories } from '../descriptors/open-directories.ts'
import { systemError } from '../system-error.ts'
import { isDirectory, shownPath, type DirectoryNode, type Metadata } from '../tree/node.ts'
import { applyMetadata } from './metadata.ts'
import type { NewFiles } from './probe.ts'

/** Of a directory while the tree is written. */
export const workingMode = 0o700

/**
 * Sets modes, owners and times of all directories, the deepest first: a change in a directory changes its times, and
 * a directory that cannot be entered afterwards has to be finished.
 *
 * @param options.timesSet times with nanoseconds are set already
 * @param options.implied for a directory that no layer has an entry for
 * @throws RootfsError
 */
export function finishDirectories(
  root: DirectoryNode,
  open: OpenDirectories,
  {
    newFiles: { uid, gid },
    implied,
    timesSet,
  }: { readonly newFiles: NewFiles; readonly implied: Metadata; readonly timesSet: boolean },
): void {
  const stack: { readonly directory: DirectoryNode; readonly seen: boolean }[] = [{ directory: root, seen: false }]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { directory, seen } = top
    if (!seen) {
      stack.push({ directory, seen: true })
      for (const child of directory.children.values())
        if (isDirectory(child)) stack.push({ directory: child, seen: false })
      continue
    }
    try {
      const times = timesSet && directory.extras?.times !== undefined
      applyMetadata(open.descriptorOf(directory), directory.metadata ?? implied, { uid, gid, mode: workingMode, times })
    } catch (error) {
      throw systemError(error, shownPath(directory))
    }
    open.forget(directory)
  }
}
