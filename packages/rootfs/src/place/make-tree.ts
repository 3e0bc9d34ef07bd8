import { closeSync, fchmodSync, fstatSync } from 'node:fs'
import type { ImageConfig } from '@lading/manifest'
import { bundleParts, runnerOf, type BundleJob } from '../bundle/bundle-job.ts'
import type { OwnerOptions } from '../owners.ts'
import { parts } from './leftovers.ts'
import type { TemporaryRoot } from './temporary-root.ts'
import type { RecordFacts } from './write-record.ts'

/** The directories that are renamed at the end: the tree's own, or a bundle's with the tree in it. */
export interface MadeTree {
  /** Of the tree: open, empty. */
  readonly root: number
  readonly bundle: BundleJob | undefined
  readonly record: RecordFacts
  close(): void
}

/** @throws RootfsError */
export function makeTree(
  temporary: TemporaryRoot,
  { bundleOf, owners }: { readonly bundleOf: ImageConfig | undefined; readonly owners: OwnerOptions },
): MadeTree {
  const top = temporary.make(parts.tree)
  const inode = fstatSync(top).ino
  if (bundleOf === undefined) return { root: top, bundle: undefined, record: { inode }, close: () => closeSync(top) }
  try {
    // Other users must not run set-user-ID files. Root of a user namespace has to reach the tree, and owns them.
    if (owners.rootless !== true && (owners.uidMap?.length ?? 0) > 0) fchmodSync(top, 0o711)
    const root = temporary.make(bundleParts.tree, top)
    return {
      root,
      bundle: { directory: top, image: bundleOf, config: runnerOf(owners) },
      record: { inode, root: bundleParts.tree },
      close() {
        closeSync(root)
        closeSync(top)
      },
    }
  } catch (error) {
    closeSync(top)
    throw error
  }
}
