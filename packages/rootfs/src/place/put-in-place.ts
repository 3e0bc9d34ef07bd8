import { closeSync, constants, fstatSync, openSync, renameSync } from 'node:fs'
import { at } from '../descriptors/at.ts'
import { codeOf, plainSystemError } from '../system-error.ts'
import { writeAll } from '../descriptors/write-all.ts'
import { parts } from './leftovers.ts'
import { recordName, recordVersion, type RecordHead } from './record.ts'
import { inUse, type TargetDirectory } from './target-directory.ts'

const recordFlags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW

/** What is to be written beside the tree, line by line. */
export interface RecordToWrite {
  readonly manifest?: string | undefined
  readonly lines: Iterable<string>
}

/**
 * The last steps: the record is written, the old tree goes aside, the new one comes, its record follows. A process that
 * is killed between two of them leaves what the next one can finish.
 *
 * @param root of the finished tree: open
 * @throws RootfsError
 */
export function putInPlace(
  { temporary, root, replaces }: { readonly temporary: number; readonly root: number; readonly replaces: boolean },
  record: RecordToWrite,
  target: TargetDirectory,
): void {
  const { parent, name, path } = target
  try {
    writeRecord(temporary, root, record)
    if (replaces) renameSync(at(parent, name), at(temporary, parts.old))
  } catch (error) {
    throw plainSystemError(error, path)
  }
  try {
    renameSync(at(temporary, parts.tree), at(parent, name))
  } catch (error) {
    if (replaces) renameSync(at(temporary, parts.old), at(parent, name))
    const code = codeOf(error)
    // Something came there meanwhile.
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') throw inUse(path, 'something is there', error)
    throw plainSystemError(error, path)
  }
  try {
    renameSync(at(temporary, parts.record), at(parent, recordName(name)))
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

function writeRecord(temporary: number, root: number, { manifest, lines }: RecordToWrite): void {
  const head: RecordHead = { lading: 'unpacked', version: recordVersion, inode: fstatSync(root).ino, manifest }
  const descriptor = openSync(at(temporary, parts.record), recordFlags, 0o600)
  try {
    let batch = `${JSON.stringify(head)}\n`
    for (const line of lines) {
      batch += `${line}\n`
      if (batch.length < 64 * 1024) continue
      writeAll(descriptor, Buffer.from(batch), null)
      batch = ''
    }
    writeAll(descriptor, Buffer.from(batch), null)
  } finally {
    closeSync(descriptor)
  }
}
