import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { at } from '../descriptors/at.ts'
import { codeOf, plainSystemError } from '../system-error.ts'
import type { NameBytes } from '../tree/node.ts'
import type { TargetDirectory } from './target-directory.ts'

export const recordVersion = 1

/** The first line of a record: it describes the tree beside it. */
export interface RecordHead {
  readonly lading: 'unpacked'
  readonly version: number
  /** The inode number of the directory to which this record belongs. */
  readonly inode: number
  /** The path of the tree in the directory, if it is not the directory itself: in a bundle. */
  readonly root?: string | undefined
  /** Digest of the image's manifest, if an image was unpacked. */
  readonly manifest?: string | undefined
}

/** Where it stands: beside the directory. */
export const recordName = (directory: NameBytes): NameBytes => `${directory}.lading.ndjson`

const mostBytes = 64 * 1024

/** `undefined`: there is no record, or no valid one. @throws RootfsError */
export function readRecordHead(parent: number, name: NameBytes, { path }: TargetDirectory): RecordHead | undefined {
  let descriptor: number
  try {
    descriptor = openSync(at(parent, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ELOOP') return undefined
    throw plainSystemError(error, path)
  }
  try {
    if (!fstatSync(descriptor).isFile()) return undefined
    const bytes = Buffer.alloc(mostBytes)
    const length = readSync(descriptor, bytes, 0, mostBytes, 0)
    return parseHead(bytes.toString('utf8', 0, length).split('\n', 1)[0] as string)
  } catch (error) {
    throw plainSystemError(error, path)
  } finally {
    closeSync(descriptor)
  }
}

function parseHead(line: string): RecordHead | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  const head = value as Partial<RecordHead> | null
  return head !== null && head.lading === 'unpacked' && typeof head.inode === 'number'
    ? (head as RecordHead)
    : undefined
}
