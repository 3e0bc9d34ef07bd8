import type { Device, Time } from '@lading/tar'

/**
 * A name's bytes as a string of as many characters (Latin-1): file names are bytes, and need be no text. It is the key of
 * a child, and never shown: `shown` makes text of it.
 */
export type NameBytes = string

/** Mode, owner and times that a directory gets when all that is in it is there. */
export interface Metadata {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly atime: Time
  readonly mtime: Time
}

/** What a file, a link or a directory has beside what Node can give it at once; names of one file share it. */
export interface Extras {
  /** Only where microseconds do not say it. */
  readonly times?: { readonly atime: Time; readonly mtime: Time } | undefined
  readonly xattrs?: ReadonlyMap<string, Uint8Array> | undefined
  /** As the layer says, where it is recorded and not applied. */
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

/** A fifo or a device, which Node cannot make: it is made when everything else is there, or only recorded. */
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
  /** The last one that has something to say of it, or has something in it. */
  layer: number
  /** The last one with an entry about it. */
  described: number
  /** Of the last entry about it; a directory that no layer has an entry for has none. */
  metadata: Metadata | undefined
  extras: Extras | undefined
  /** Open, or -1. */
  descriptor: number
  /** Of its inode, once it was seen. */
  inode: number | undefined
}

/** A number is an ordinary file with nothing special about it, of that layer: most of a tree is that. */
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
