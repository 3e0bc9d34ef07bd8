import { linkSync, mkdirSync, symlinkSync } from 'node:fs'
import type { TarEntry } from '@lading/tar'
import type { ImageFiles } from '../bundle/account-files.ts'
import { treeFiles } from '../bundle/tree-files.ts'
import { at } from '../descriptors/at.ts'
import { createOpenDirectories } from '../descriptors/open-directories.ts'
import { parseEntryName, parseLinkName, type EntryName } from '../layer/entry-name.ts'
import type { Limits } from '../limits.ts'
import { beyondLimit, refused } from '../rootfs-error.ts'
import { systemError } from '../system-error.ts'
import { doTheRest, type Rest } from '../rest/do-the-rest.ts'
import { findDirectory } from '../tree/find-parent.ts'
import {
  isDirectory,
  newDirectory,
  shownPath,
  type DirectoryNode,
  type NameBytes,
  type TreeNode,
} from '../tree/node.ts'
import { createFileWriter } from './file-writer.ts'
import { finishDirectories, workingMode } from './finish-directories.ts'
import { applyToLink, extrasOf, metadataOf } from './metadata.ts'
import type { Owners } from '../owners.ts'
import type { NewFiles } from './probe.ts'
import { removeChild } from './remove-subtree.ts'

/** Synchronous: takes the entries of a layer as `@lading/tar` reads them, and writes them down. */
export interface Unpacker {
  /** Before the first entry of each layer, from the lowest to the uppermost. */
  nextLayer(): void
  /** @throws RootfsError; nothing may be asked of it afterwards but `close` */
  begin(entry: TarEntry): void
  data(bytes: Uint8Array): void
  end(): void
  /** What is written so far, for who looks something up before `finish`. */
  readonly files: ImageFiles
  /** After the last layer: what has to wait until everything is there. @param temporary a directory of ours, open */
  finish(temporary: number): Rest
  /** What was written so far: entries, and bytes of files. */
  readonly written: { readonly entries: number; readonly bytes: number }
  close(): void
}

export interface UnpackerOptions {
  readonly owners: Owners
  readonly limits: Limits
  readonly newFiles: NewFiles
  /** Devices are made, and not only recorded. */
  readonly devices: boolean
}

/** @param rootDescriptor of an empty directory that is ours alone, with mode 0700 */
export function createUnpacker(
  rootDescriptor: number,
  { owners, limits, newFiles, devices }: UnpackerOptions,
): Unpacker {
  const root = newDirectory('', undefined, 0)
  const open = createOpenDirectories(root, rootDescriptor)
  const files = createFileWriter(newFiles)
  let layer = 0
  let entries = 0
  let inodes = 0
  let bytes = 0
  /** Of the file that is being written. */
  let writing: { readonly parent: DirectoryNode; readonly name: NameBytes } | undefined
  // Entries come directory by directory.
  let parentPath: NameBytes | undefined
  let knownParent: DirectoryNode = root
  /** What AUFS kept for itself in this layer, by its path: for hard links alone, under names that no file has. */
  const keptByAufs = new Map<NameBytes, NameBytes>()

  const onRemoved = (): void => {
    inodes--
  }
  const attempt = <T>(parent: DirectoryNode, name: NameBytes, act: () => T): T => {
    try {
      return act()
    } catch (error) {
      throw systemError(error, shownPath(parent, name))
    }
  }

  function touch(changed: DirectoryNode): void {
    for (let each: DirectoryNode | undefined = changed; each !== undefined && each.layer !== layer; each = each.parent)
      each.layer = layer
  }

  function add(parent: DirectoryNode, name: NameBytes, node: TreeNode): void {
    if (++inodes > limits.maxInodes)
      throw beyondLimit('maxInodes', limits.maxInodes, shownPath(parent, name), `there are ${inodes} files`)
    if (parent.layer !== layer) touch(parent)
    parent.children.set(name, node)
  }

  function makeDirectory(parent: DirectoryNode, name: NameBytes): DirectoryNode {
    attempt(parent, name, () => mkdirSync(at(open.descriptorOf(parent), name), workingMode))
    const made = newDirectory(name, parent, layer)
    add(parent, name, made)
    return made
  }

  function makeParent(parent: DirectoryNode, name: NameBytes): DirectoryNode {
    replace(parent, name)
    return makeDirectory(parent, name)
  }

  function parentOf(parents: readonly NameBytes[], path: string): DirectoryNode {
    const key = parents.join('/')
    if (key === parentPath) return knownParent
    knownParent = findDirectory(parents, path, {
      root,
      maxDepth: limits.maxDepth,
      layer,
      make: makeParent,
    }) as DirectoryNode
    parentPath = key
    return knownParent
  }

  function hide(parents: readonly NameBytes[], path: string, act: (parent: DirectoryNode) => void): void {
    const found = findDirectory(parents, path, { root, layer, maxDepth: limits.maxDepth })
    parentPath = undefined
    if (found !== undefined) act(found)
  }

  function replace(parent: DirectoryNode, name: NameBytes): void {
    const there = parent.children.get(name)
    if (there === undefined) return
    // What is known of a parent may be gone with it.
    if (typeof there !== 'number') parentPath = undefined
    removeChild(parent, name, { open, onRemoved })
  }

  function directory(parent: DirectoryNode, name: NameBytes, entry: TarEntry): void {
    const there = parent.children.get(name)
    if (there !== undefined && !isDirectory(there)) replace(parent, name)
    if (parent.depth >= limits.maxDepth)
      throw beyondLimit('maxDepth', limits.maxDepth, entry.path, `it is ${parent.depth + 1} directories deep`)
    describe(isDirectory(there) ? there : makeDirectory(parent, name), entry)
  }

  function describe(what: DirectoryNode, entry: TarEntry): void {
    what.metadata = metadataOf(entry, owners, newFiles, entry.path)
    what.extras = extrasOf(entry, owners)
    what.described = layer
    touch(what)
  }

  function file(parent: DirectoryNode, name: NameBytes, entry: TarEntry): void {
    replace(parent, name)
    const extras = extrasOf(entry, owners)
    const metadata = metadataOf(entry, owners, newFiles, entry.path)
    try {
      files.begin(open.descriptorOf(parent), name, entry, metadata)
    } catch (error) {
      throw systemError(error, shownPath(parent, name))
    }
    writing = { parent, name }
    add(parent, name, extras === undefined ? layer : { kind: 'file', layer, extras })
  }

  function symlink(parent: DirectoryNode, name: NameBytes, entry: TarEntry): void {
    replace(parent, name)
    const target = entry.linkName as Uint8Array
    attempt(parent, name, () => {
      const path = at(open.descriptorOf(parent), name)
      symlinkSync(Buffer.from(target), path)
      applyToLink(path, metadataOf(entry, owners, newFiles, entry.path), newFiles)
    })
    add(parent, name, { kind: 'symlink', layer, extras: extrasOf(entry, owners) })
  }

  function link(parent: DirectoryNode, name: NameBytes, entry: TarEntry): void {
    const shown = Buffer.from(entry.linkName as Uint8Array).toString()
    const target = targetOf(entry.linkName as Uint8Array)
    const from = findDirectory(target.parents, shown, { root, layer, maxDepth: limits.maxDepth })
    const isItself = from === parent && target.name === name
    // What is in its place goes first, and its target with that.
    if (!isItself) replace(parent, name)
    const node = target.name === undefined ? undefined : from?.children.get(target.name)
    if (from === undefined || target.name === undefined || node === undefined)
      throw refused('UNPACK_LINK_INVALID', entry.path, `a hard link to ${JSON.stringify(shown)}, which is not there`)
    if (isDirectory(node))
      throw refused('UNPACK_LINK_INVALID', entry.path, `a hard link to ${JSON.stringify(shown)}, which is a directory`)
    const targetName = target.name
    if (isItself) inodes--
    else if (typeof node === 'number') makeLink()
    else if (node.kind !== 'special') makeLink()
    add(parent, name, typeof node === 'number' ? layer : { ...node, layer })

    function makeLink(): void {
      attempt(parent, name, () => {
        const source = at(open.descriptorOf(from as DirectoryNode), targetName)
        linkSync(source, at(open.descriptorOf(parent), name))
      })
    }
  }

  function targetOf(linkName: Uint8Array): Pick<EntryName, 'parents' | 'name'> {
    const target = parseLinkName(linkName)
    const kept = keptByAufs.get(keyOf(target))
    return kept === undefined ? target : { parents: [], name: kept }
  }

  function keepForLinks(name: EntryName, entry: TarEntry): void {
    if (entry.type === 'directory' || entry.type === 'link') return
    const key = keyOf(name)
    const kept = keptByAufs.get(key) ?? `.wh..wh.${keptByAufs.size}`
    keptByAufs.set(key, kept)
    makers[entry.type](root, kept, entry)
  }

  function dropForLinks(): void {
    for (const name of keptByAufs.values()) removeChild(root, name, { open, onRemoved })
    keptByAufs.clear()
  }

  function special(parent: DirectoryNode, name: NameBytes, entry: TarEntry): void {
    replace(parent, name)
    const { device } = entry
    const type = entry.type as 'fifo' | 'character-device' | 'block-device'
    const metadata = metadataOf(entry, owners, newFiles, entry.path)
    add(parent, name, { kind: 'special', layer, special: { type, device, metadata, extras: extrasOf(entry, owners) } })
  }

  const makers = { file, directory, symlink, link, fifo: special, 'character-device': special, 'block-device': special }

  return {
    nextLayer() {
      dropForLinks()
      layer++
      parentPath = undefined
    },
    begin(entry) {
      const { path } = entry
      if (++entries > limits.maxEntries)
        throw beyondLimit('maxEntries', limits.maxEntries, path, `it is entry ${entries}`)
      const parsed = parseEntryName(entry.name)
      const { kind, parents, name } = parsed
      switch (kind) {
        case 'entry':
          if (name !== undefined) makers[entry.type](parentOf(parents, path), name, entry)
          else if (entry.type === 'directory') describe(root, entry)
          else throw refused('UNPACK_ENTRY_INVALID', path, `the root is a ${entry.type}, and must be a directory`)
          return
        case 'whiteout':
          hide(parents, path, (parent) => removeChild(parent, name as NameBytes, { open, below: layer, onRemoved }))
          return
        case 'opaque':
          hide(parents, path, (parent) => {
            for (const child of parent.children.keys()) removeChild(parent, child, { open, below: layer, onRemoved })
          })
          return
        case 'metadata':
          keepForLinks(parsed, entry)
      }
    },
    data(chunk) {
      if (writing === undefined) return
      bytes += chunk.length
      const { parent, name } = writing
      if (bytes > limits.maxBytes)
        throw beyondLimit('maxBytes', limits.maxBytes, shownPath(parent, name), `${bytes} bytes are written with it`)
      try {
        files.write(chunk)
      } catch (error) {
        throw systemError(error, shownPath(parent, name))
      }
    },
    end() {
      if (writing === undefined) return
      const { parent, name } = writing
      writing = undefined
      try {
        files.end()
      } catch (error) {
        throw systemError(error, shownPath(parent, name))
      }
    },
    files: treeFiles(root, { open, owners }),
    finish(temporary) {
      dropForLinks()
      const records = owners.kind === 'record'
      const rest = doTheRest(root, { root: rootDescriptor, temporary }, { records, devices })
      const epoch = { seconds: 0, nanoseconds: 0 }
      const { uid, gid } = records ? newFiles : { uid: owners.uid(0, '.'), gid: owners.gid(0, '.') }
      const implied = { mode: 0o755, uid, gid, atime: epoch, mtime: epoch }
      finishDirectories(root, open, { newFiles, implied, timesSet: rest.timesSet })
      return rest
    },
    get written() {
      return { entries, bytes }
    },
    close() {
      files.close()
      open.close()
    },
  }
}

const keyOf = ({ parents, name }: Pick<EntryName, 'parents' | 'name'>): NameBytes => [...parents, name].join('/')
