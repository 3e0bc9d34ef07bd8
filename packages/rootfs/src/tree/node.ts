import type { Device, Time } from '@lading/tar'

/**
 * A name's bytes as a string of as many characters (Latin-1): file names are bytes, and need not be text. It is the key of
 * a child, and never shown: `shown` converts it to text.
 */
export type NameBytes = string

/** Mode, owner and times that a directory gets when its content is complete. */
export interface Metadata {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly atime: Time
  readonly mtime: Time
}

/** Metadata that Node cannot set at once; names of one file share it. */
export interface Extras {
  /** Only if the time is not a whole number of microseconds. */
  readonly times?: { readonly atime: Time; readonly mtime: Time } | undefined
  readonly xattrs?: ReadonlyMap<string, Uint8Array> | undefined
  /** From the layer, if it is recorded and not applied. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
}

interface FileNode {
  readonly kind: 'file'
  readonly layer: number
  readonly extras: Extras
}

interface SymlinkNode {
  readonly kind: 'symlink'
  readonly layer: number
  readonly extras: Extras | undefined
}

/** A fifo or a device, which Node cannot create: it is created when everything else is there, or only recorded. */
interface SpecialNode {
  readonly kind: 'special'
  readonly layer: number
  readonly special: Special
}

interface Special {
  readonly type: 'fifo' | 'character-device' | 'block-device'
  readonly device: Device | undefined
  readonly metadata: Metadata
  readonly extras: Extras | undefined
}

export interface DirectoryNode {
  readonly kind: 'directory'
  readonly name: NameBytes
  readonly parent: DirectoryNode | undefined
  /** Directories above it. */
  readonly depth: number
  readonly children: Map<NameBytes, TreeNode>
  /** The last layer that has an entry for it, or something in it. */
  layer: number
  /** The last layer with an entry for it. */
  described: number
  /** From the last entry for it; absent if no layer has one. */
  metadata: Metadata | undefined
  extras: Extras | undefined
  /** Open, or -1. */
  descriptor: number
  /** Of its inode, once it was seen. */
  inode: number | undefined
}

/** A number is an ordinary file of that layer, without special metadata: most of a tree is that. */
export type TreeNode = number | FileNode | SymlinkNode | SpecialNode | DirectoryNode

export const layerOf = (node: TreeNode): number => (typeof node === 'number' ? node : node.layer)

export const isDirectory = (node: TreeNode | undefined): node is DirectoryNode =>
  typeof node === 'object' && node.kind === 'directory'

export const newDirectory = (name: NameBytes, parent: DirectoryNode | undefined, layer: number): DirectoryNode => ({
  kind: 'directory',
  name,
  parent,
  depth: parent === undefined ? 0 : parent.depth + 1,
  children: new Map(),
  layer,
  described: -1,
  metadata: undefined,
  extras: undefined,
  descriptor: -1,
  inode: undefined,
})

/** The path of a child, for people. */
export function shownPath(directory: DirectoryNode, name?: NameBytes): string {
  const parts = name === undefined ? [] : [name]
  for (let at = directory; at.parent !== undefined; at = at.parent) parts.unshift(at.name)
  return Buffer.from(parts.length === 0 ? '.' : parts.join('/'), 'latin1').toString('utf8')
}
