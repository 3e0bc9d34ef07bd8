import { lstat, readFile, readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { FileHandle, FileSystem } from '../file-system.ts'
import {
  newDirectory,
  newFile,
  type DirectoryNode,
  type DiskNode,
  type DiskStep,
  type EntryChange,
  type FileNode,
} from './disk-log.ts'

export interface RecordingFileSystem extends FileSystem {
  /** What a power cut would find on the disk when the log began: all of it durable. */
  readonly root: DirectoryNode
  /** What happened since, in the order in which it was done. */
  readonly log: readonly DiskStep[]
}

/**
 * A file system that does what `fs` does and keeps a log of it for `afterPowerCut`. `directory` exists, everything is
 * done below it, and by nobody else meanwhile. Syncs are logged and not waited for.
 */
export async function recordingFileSystem(fs: FileSystem, directory: string): Promise<RecordingFileSystem> {
  const root = (await readNode(directory)) as DirectoryNode
  const log: DiskStep[] = []

  const partsOf = (path: string): readonly string[] => {
    const parts = relative(directory, path)
      .split(sep)
      .filter((part) => part !== '')
    if (parts[0] === '..') throw new Error(`${path} is not below ${directory}`)
    return parts
  }
  const nodeAt = (parts: readonly string[]): DiskNode => {
    let node: DiskNode = root
    for (const part of parts) {
      const next: DiskNode | undefined = node.kind === 'directory' ? node.entries.get(part) : undefined
      if (next === undefined) throw new Error(`${parts.join('/')} is not in the log`)
      node = next
    }
    return node
  }
  const fileAt = (path: string): FileNode => nodeAt(partsOf(path)) as FileNode
  const entryAt = (path: string, node: DiskNode | undefined): EntryChange => {
    const parts = partsOf(path)
    return { directory: nodeAt(parts.slice(0, -1)) as DirectoryNode, name: parts.at(-1) as string, node }
  }
  const change = (...changes: readonly EntryChange[]): void => {
    for (const { directory: parent, name, node } of changes) {
      if (node === undefined) parent.entries.delete(name)
      else parent.entries.set(name, node)
    }
    log.push({ kind: 'entries', changes })
  }
  const removeBelow = (path: string): void => {
    const node = nodeAt(partsOf(path))
    if (node.kind === 'directory') for (const name of Array.from(node.entries.keys())) removeBelow(join(path, name))
    change(entryAt(path, undefined))
  }

  const wrap = (handle: FileHandle, file: FileNode): FileHandle => ({
    ...handle,
    async write(bytes, position) {
      await handle.write(bytes, position)
      log.push({
        kind: 'write',
        file,
        position,
        bytes: new Uint8Array(Buffer.concat(bytes instanceof Uint8Array ? [bytes] : bytes)),
      })
    },
    async truncate(size) {
      await handle.truncate(size)
      log.push({ kind: 'truncate', file, size })
    },
    async sync() {
      const covers = log.length
      // Another task's steps that end before this one does are not covered.
      await Promise.resolve()
      log.push({ kind: 'sync', file, covers })
    },
  })

  return {
    ...fs,
    root,
    log,
    async open(path, flags, options) {
      const handle = await fs.open(path, flags, options)
      if (flags === 'wx') change(entryAt(path, newFile()))
      return flags === 'r' ? handle : wrap(handle, fileAt(path))
    },
    async mkdir(path, options) {
      await fs.mkdir(path, options)
      const parts = partsOf(path)
      for (let depth = 1; depth <= parts.length; depth++) {
        const { entries } = nodeAt(parts.slice(0, depth - 1)) as DirectoryNode
        if (!entries.has(parts[depth - 1] as string))
          change(entryAt(join(directory, ...parts.slice(0, depth)), newDirectory()))
      }
    },
    async rename(from, to) {
      await fs.rename(from, to)
      const node = nodeAt(partsOf(from))
      change(entryAt(to, node), entryAt(from, undefined))
    },
    async moveDirectory(from, to) {
      await fs.moveDirectory(from, to)
      change(entryAt(to, nodeAt(partsOf(from))), entryAt(from, undefined))
    },
    async link(from, to) {
      await fs.link(from, to)
      change(entryAt(to, fileAt(from)))
    },
    async unlink(path) {
      const was = await fs.unlink(path)
      if (was) change(entryAt(path, undefined))
      return was
    },
    async removeTree(path) {
      const was = await fs.stat(path)
      await fs.removeTree(path)
      if (was !== undefined) removeBelow(path)
    },
    async removeDirectory(path) {
      const was = await fs.stat(path)
      const gone = await fs.removeDirectory(path)
      if (gone && was !== undefined) change(entryAt(path, undefined))
      return gone
    },
    async syncDirectory(path) {
      const covers = log.length
      const node = nodeAt(partsOf(path)) as DirectoryNode
      await Promise.resolve()
      log.push({ kind: 'sync-directory', directory: node, covers })
    },
  }
}

async function readNode(path: string): Promise<DiskNode> {
  if (!(await lstat(path)).isDirectory()) return newFile(await readFile(path))
  const entries = new Map<string, DiskNode>()
  for (const name of await readdir(path)) entries.set(name, await readNode(join(path, name)))
  return newDirectory(entries)
}
