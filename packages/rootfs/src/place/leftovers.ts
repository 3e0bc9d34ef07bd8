import { closeSync, lstatSync, readdirSync, renameSync } from 'node:fs'
import { at, openDirectoryAt } from '../descriptors/at.ts'
import { codeOf } from '../system-error.ts'
import type { NameBytes } from '../tree/node.ts'
import { readRecordHead, recordName } from './record.ts'
import { removeTree } from './remove-tree.ts'
import { renameDirectory } from './rename-directory.ts'
import type { TargetDirectory } from './target-directory.ts'
import { isTemporaryRoot, judgeTemporaryName } from './temporary-name.ts'

/** In a temporary root: the new tree, what it replaces, and the record that goes beside it. */
export const parts = { tree: 'tree', old: 'old', record: 'record' } as const

/** How long a root is kept if its process cannot be looked up. */
const unknownMs = 24 * 60 * 60 * 1000

/** Cleans up what killed processes left beside the directory: finishes what can be finished, and removes the rest. What cannot be removed stays. */
export function clearLeftovers(target: TargetDirectory): void {
  let names: readonly NameBytes[]
  try {
    names = readdirSync(`/proc/self/fd/${target.parent}`, { encoding: 'latin1' })
  } catch {
    return
  }
  for (const name of names) {
    const verdict = judgeTemporaryName(name)
    if (verdict === undefined || verdict === 'alive') continue
    try {
      const { uid, mtimeMs } = lstatSync(at(target.parent, name))
      if (uid !== process.geteuid?.() || (verdict === 'unknown' && Date.now() - mtimeMs < unknownMs)) continue
      // Directories of a tree may have the same names as our parts.
      if (isTemporaryRoot(name)) finishFor(target, name)
      removeTree(target.parent, name)
    } catch {
      // It does no harm.
    }
  }
}

/** After a kill between two renames: the record is moved to its tree; an old tree that was not replaced is moved back. */
function finishFor(target: TargetDirectory, name: NameBytes): void {
  const temporary = openDirectoryAt(target.parent, name)
  try {
    const there = inodeAt(target.parent, target.name)
    const head = readRecordHead(temporary, parts.record, target)
    if (there !== undefined && head?.inode === there)
      renameSync(at(temporary, parts.record), at(target.parent, recordName(target.name)))
    else if (there === undefined) {
      const old = inodeAt(temporary, parts.old)
      const record = readRecordHead(target.parent, recordName(target.name), target)
      if (old !== undefined && record?.inode === old)
        renameDirectory({ directory: temporary, name: parts.old }, { directory: target.parent, name: target.name })
    }
  } finally {
    closeSync(temporary)
  }
}

function inodeAt(parent: number, name: NameBytes): number | undefined {
  try {
    return lstatSync(at(parent, name)).ino
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
