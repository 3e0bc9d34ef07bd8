import { closeSync, fstatSync, lstatSync, readdirSync, type Stats } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { printable } from '@lading/errors'
import { at, canResolveAt, openDirectory, openDirectoryAt } from '../descriptors/at.ts'
import { RootfsError } from '../rootfs-error.ts'
import { codeOf, plainSystemError } from '../system-error.ts'
import type { NameBytes } from '../tree/node.ts'
import { readRecordHead, recordName } from './record.ts'

/** Where a tree is to be, held by a descriptor of the directory that it is in. */
export interface TargetDirectory {
  /** Absolute. */
  readonly path: string
  /** The directory it is in: open. */
  readonly parent: number
  readonly name: NameBytes
  close(): void
}

/** @throws RootfsError `UNPACK_UNSUPPORTED`, `UNPACK_FAILED` */
export function openTargetDirectory(directory: string): TargetDirectory {
  const path = resolve(directory)
  const name = Buffer.from(basename(path)).toString('latin1')
  if (name === '')
    throw new RootfsError('UNPACK_DIRECTORY_IN_USE', `${printable(path)} cannot be replaced`, {
      path,
      hint: 'name a directory below it',
    })
  let parent: number
  try {
    parent = openDirectory(dirname(path))
  } catch (error) {
    throw plainSystemError(error, dirname(path))
  }
  if (!canResolveAt(parent)) {
    closeSync(parent)
    throw new RootfsError('UNPACK_UNSUPPORTED', 'this system has no way to write a tree that nobody can lead astray', {
      hint: 'unpack on Linux, where /proc is mounted',
    })
  }
  return { path, parent, name, close: () => closeSync(parent) }
}

/**
 * Whether something is to be replaced (the inode of which), which only `overwrite` allows, and only what was unpacked here.
 *
 * @throws RootfsError `UNPACK_DIRECTORY_IN_USE`, `UNPACK_NOT_OURS`
 */
export function checkFree(target: TargetDirectory, overwrite: boolean): { readonly replaces: number | undefined } {
  const { path, parent, name } = target
  const stat = statAt(parent, name, path)
  if (stat === undefined || (stat.isDirectory() && isEmpty(parent, name, path))) return { replaces: undefined }
  if (!stat.isDirectory()) throw inUse(path, 'it is no directory')
  if (!overwrite) throw inUse(path, 'it is a directory with something in it')
  if (readRecordHead(parent, recordName(name), target)?.inode !== stat.ino)
    throw new RootfsError('UNPACK_NOT_OURS', `${printable(path)} is not replaced: no unpacking made it`, {
      path: printable(path),
      hint: `only a directory with its own ${printable(basename(path))}.lading.ndjson beside it is replaced: remove it yourself, if nobody needs it`,
    })
  return { replaces: stat.ino }
}

/** What is at a name, itself. @throws RootfsError */
function statAt(parent: number, name: NameBytes, path: string): Stats | undefined {
  try {
    return lstatSync(at(parent, name))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw plainSystemError(error, path)
  }
}

function isEmpty(parent: number, name: NameBytes, path: string): boolean {
  try {
    const descriptor = openDirectoryAt(parent, name)
    try {
      return fstatSync(descriptor).isDirectory() && readdirSync(`/proc/self/fd/${descriptor}`).length === 0
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

export const inUse = (path: string, why: string, cause?: unknown): RootfsError =>
  new RootfsError('UNPACK_DIRECTORY_IN_USE', `nothing is unpacked to ${printable(path)}: ${why}`, {
    path: printable(path),
    cause,
    hint: 'name a directory that is not there or is empty; what was unpacked before, --overwrite replaces',
  })
