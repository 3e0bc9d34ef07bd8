import { closeSync, lstatSync, readdirSync, renameSync, type Stats } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { printable } from '@lading/errors'
import { at, canResolveAt, openDirectory, openDirectoryAt } from '../descriptors/at.ts'
import { RootfsError } from '../rootfs-error.ts'
import { codeOf, plainSystemError } from '../system-error.ts'
import type { NameBytes } from '../tree/node.ts'

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
      hint: 'unpack on Linux, where /proc is mounted; lading export writes a tar archive anywhere',
    })
  }
  return { path, parent, name, close: () => closeSync(parent) }
}

/** @throws RootfsError `UNPACK_DIRECTORY_IN_USE` unless nothing is there, or an empty directory */
export function assertFree({ path, parent, name }: TargetDirectory): void {
  const stat = statAt(parent, name, path)
  if (stat === undefined || (stat.isDirectory() && isEmpty(parent, name, path))) return
  throw inUse(path, stat.isDirectory() ? 'it is a directory with something in it' : 'it is no directory')
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
      return readdirSync(`/proc/self/fd/${descriptor}`).length === 0
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw plainSystemError(error, path)
  }
}

const inUse = (path: string, why: string, cause?: unknown): RootfsError =>
  new RootfsError('UNPACK_DIRECTORY_IN_USE', `nothing is unpacked to ${printable(path)}: ${why}`, {
    path: printable(path),
    cause,
    hint: 'name a directory that is not there or is empty; what lading unpack made, --overwrite replaces',
  })

/** Puts a finished tree in its place, whole: the last step. @throws RootfsError */
export function putInPlace(from: number, tree: NameBytes, { path, parent, name }: TargetDirectory): void {
  try {
    renameSync(at(from, tree), at(parent, name))
  } catch (error) {
    const code = codeOf(error)
    // Something came there meanwhile.
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') throw inUse(path, 'something is there', error)
    throw plainSystemError(error, path)
  }
}
