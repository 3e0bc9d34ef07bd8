import { closeSync, fstatSync, lstatSync, readdirSync, type Stats } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { printable } from '@lading/errors'
import { at, canResolveAt, openDirectory, openDirectoryAt } from '../descriptors/at.ts'
import { RootfsError } from '../rootfs-error.ts'
import { codeOf, plainSystemError } from '../system-error.ts'
import type { NameBytes } from '../tree/node.ts'
import { readRecordHead, recordName } from './record.ts'

/** The place of a tree, with an open descriptor of its parent directory. */
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
      hint: 'choose a directory below it',
    })
  let parent: number
  try {
    parent = openDirectory(dirname(path))
  } catch (error) {
    throw plainSystemError(error, dirname(path))
  }
  if (!canResolveAt(parent)) {
    closeSync(parent)
    throw new RootfsError(
      'UNPACK_UNSUPPORTED',
      'this system has no safe way to write a tree: without /proc, links could redirect files',
      {
        hint: 'unpack on Linux, where /proc is mounted',
      },
    )
  }
  return { path, parent, name, close: () => closeSync(parent) }
}

/**
 * The inode of the directory to be replaced, if there is one. Only `overwrite` allows it, and only for what was unpacked here.
 *
 * @throws RootfsError `UNPACK_DIRECTORY_IN_USE`, `UNPACK_NOT_OURS`
 */
export function checkFree(target: TargetDirectory, overwrite: boolean): { readonly replaces: number | undefined } {
  const { path, parent, name } = target
  const stat = statAt(parent, name, path)
  if (stat === undefined || (stat.isDirectory() && isEmpty(parent, name, path))) return { replaces: undefined }
  if (!stat.isDirectory()) throw inUse(path, 'it is not a directory')
  if (!overwrite) throw inUse(path, 'the directory is not empty')
  if (readRecordHead(parent, recordName(name), target)?.inode !== stat.ino)
    throw new RootfsError(
      'UNPACK_NOT_OURS',
      `${printable(path)} is not replaced: it was not created by an earlier unpack`,
      {
        path: printable(path),
        hint: `only a directory with its own ${printable(basename(path))}.lading.ndjson beside it is replaced: remove it yourself if you do not need it`,
      },
    )
  return { replaces: stat.ino }
}

/** What exists at a name, without following a link. @throws RootfsError */
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
  new RootfsError('UNPACK_DIRECTORY_IN_USE', `cannot unpack to ${printable(path)}: ${why}`, {
    path: printable(path),
    cause,
    hint: 'choose a directory that does not exist or is empty; to replace what an earlier unpack created, use --overwrite',
  })
