import { closeSync, fchmodSync, mkdirSync } from 'node:fs'
import { at, openDirectoryAt } from '../descriptors/at.ts'
import { plainSystemError } from '../system-error.ts'
import type { NameBytes } from '../tree/node.ts'
import { makeAccessible, removeTree } from './remove-tree.ts'
import type { TargetDirectory } from './target-directory.ts'
import { newTemporaryName } from './temporary-name.ts'

const mode = 0o700

/** A private directory beside the target, with a random name, in which the tree is written. */
export interface TemporaryRoot {
  readonly descriptor: number
  /** A new directory in it, or in another one that is open; open. @throws RootfsError */
  make(name: NameBytes, parent?: number): number
  /** With all that is still in it. @throws RootfsError */
  remove(): void
}

/** On the same file system as the target, so that the tree can be renamed. @throws RootfsError */
export function createTemporaryRoot(target: TargetDirectory): TemporaryRoot {
  const name = newTemporaryName()
  const make = (parent: number, each: NameBytes): number => {
    try {
      mkdirSync(at(parent, each), mode)
      makeAccessible(parent, each)
      const descriptor = openDirectoryAt(parent, each)
      // A parent with set-group-ID passes that on, with its group.
      fchmodSync(descriptor, mode)
      return descriptor
    } catch (error) {
      throw plainSystemError(error, target.path)
    }
  }
  const descriptor = make(target.parent, name)
  return {
    descriptor,
    make: (each, parent = descriptor) => make(parent, each),
    remove() {
      closeSync(descriptor)
      try {
        removeTree(target.parent, name)
      } catch (error) {
        throw plainSystemError(error, target.path)
      }
    },
  }
}
