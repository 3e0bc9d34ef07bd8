import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { printable } from '@lading/errors'
import { at } from '../descriptors/at.ts'
import type { OpenDirectories } from '../descriptors/open-directories.ts'
import { RootfsError } from '../rootfs-error.ts'
import { systemError } from '../system-error.ts'
import { latin1 } from '../tree/latin1.ts'
import { isDirectory, shownPath, type DirectoryNode, type NameBytes, type TreeNode } from '../tree/node.ts'
import type { Owners } from '../owners.ts'
import type { ImageFiles } from './account-files.ts'

/** The most links that Linux follows (path_resolution(7)). */
const mostLinks = 40

/**
 * The files of a tree that is written but not finished yet, while its directories can still be entered. Paths are resolved
 * in memory; a link is read, and the kernel never follows it.
 */
export function treeFiles(
  root: DirectoryNode,
  { open, owners }: { readonly open: OpenDirectories; readonly owners: Owners },
): ImageFiles {
  function find(path: string): Found | undefined {
    const left = partsOf(latin1(Buffer.from(path))).toReversed()
    let [directory, links] = [root, 0]
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      const node = part === '..' ? (directory.parent ?? root) : directory.children.get(part)
      if (node === undefined) return undefined
      if (isDirectory(node)) directory = node
      else if (typeof node === 'object' && node.kind === 'symlink') {
        if (++links > mostLinks) return undefined
        const target = targetOf(directory, part)
        if (target.startsWith('/')) directory = root
        left.push(...partsOf(target).toReversed())
      } else return left.length > 0 ? undefined : { directory, name: part, node }
    }
    return { directory, name: undefined, node: directory }
  }

  function targetOf(directory: DirectoryNode, name: NameBytes): NameBytes {
    try {
      return readlinkSync(at(open.descriptorOf(directory), name), { encoding: 'latin1' })
    } catch (error) {
      throw systemError(error, shownPath(directory, name))
    }
  }

  return {
    async readFile(path, { maxSize }) {
      const found = find(path)
      if (found?.name === undefined || !isFile(found.node)) return undefined
      const { directory, name } = found
      try {
        return readWhole(at(open.descriptorOf(directory), name), { path, maxSize })
      } catch (error) {
        throw systemError(error, shownPath(directory, name))
      }
    },
    async directory(path) {
      const node = find(path)?.node
      if (!isDirectory(node)) return undefined
      const { mode = 0o755, uid = 0, gid = 0 } = node.metadata ?? {}
      if (node.metadata === undefined) return { mode, uid, gid }
      if (owners.kind === 'record') return { mode, ...(node.extras?.owner ?? { uid: 0, gid: 0 }) }
      return { mode, uid: owners.uidInImage(uid), gid: owners.gidInImage(gid) }
    },
  }
}

/** `name`: in its directory; of a directory none. */
interface Found {
  readonly directory: DirectoryNode
  readonly name: NameBytes | undefined
  readonly node: TreeNode
}

const partsOf = (path: NameBytes): readonly NameBytes[] => path.split('/').filter((part) => part !== '' && part !== '.')

const isFile = (node: TreeNode): boolean => typeof node === 'number' || node.kind === 'file'

function readWhole(
  file: string | Buffer,
  { path, maxSize }: { readonly path: string; readonly maxSize: number },
): Uint8Array {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { size } = fstatSync(descriptor)
    if (size > maxSize)
      throw new RootfsError('UNPACK_LIMIT', `${printable(path)} has ${size} bytes, more than the limit of ${maxSize}`, {
        path: printable(path),
        expected: maxSize,
        actual: size,
        hint: 'unpack it without a bundle',
      })
    const bytes = new Uint8Array(size)
    let length = 0
    while (length < size) {
      const read = readSync(descriptor, bytes, length, size - length, length)
      if (read === 0) break
      length += read
    }
    return bytes.subarray(0, length)
  } finally {
    closeSync(descriptor)
  }
}
