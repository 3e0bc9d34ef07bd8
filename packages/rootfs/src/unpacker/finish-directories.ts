import type { OpenDirectories } from '../descriptors/open-directories.ts'
import { systemError } from '../system-error.ts'
import { isDirectory, shownPath, type DirectoryNode, type Metadata } from '../tree/node.ts'
import { applyMetadata } from './metadata.ts'
import type { NewFiles } from './probe.ts'

/** Of a directory while the tree is written. */
export const workingMode = 0o700

/**
 * Modes, owners and times of all directories, those below first: what is made or removed in one changes its times, and
 * one that must not be entered has nothing left to be done in it.
 *
 * @param options.timesSet where a time has nanoseconds, it is in place
 * @param options.implied of a directory that no layer has an entry for
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
