import type { TarEntry } from '@lading/tar'
import type { Seen } from './lines.ts'
import type { Refusal } from './row.ts'

/** What a layer does to a tree, in the fewest words: against this the real ones are held. */
export interface ModelEntry extends Pick<
  TarEntry,
  'name' | 'type' | 'mode' | 'uid' | 'gid' | 'mtime' | 'linkName' | 'device'
> {
  readonly content: string
}

type Metadata = Pick<Seen, 'mode' | 'uid' | 'gid' | 'mtime'>

interface Directory {
  readonly type: 'directory'
  readonly children: Map<string, Node>
  readonly parent: Directory | undefined
  metadata: Metadata
  /** The last layer with an entry for it, and the last one that has it or something in it. */
  described: number
  layer: number
}

interface Leaf {
  readonly type: Exclude<Seen['type'], 'directory'>
  readonly layer: number
  /** Shared by all names of one file. */
  readonly inode: Omit<Seen, 'path' | 'type' | 'identity'>
}

type Node = Directory | Leaf

export class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal)
    this.refusal = refusal
  }
}

const implied: Metadata = { mode: 0o755, uid: 0, gid: 0, mtime: { seconds: 0, nanoseconds: 0 } }
const newDirectory = (parent: Directory | undefined, layer: number): Directory => ({
  type: 'directory',
  children: new Map(),
  parent,
  metadata: implied,
  described: -1,
  layer,
})

/** @throws Refused */
export function modelOf(layers: readonly (readonly ModelEntry[])[]): readonly Seen[] {
  const root = newDirectory(undefined, 0)
  for (const [layer, entries] of layers.entries()) {
    const aufs = new Map<string, Leaf>()
    for (const entry of entries) apply({ root, aufs, layer }, entry)
  }
  return seenIn(root, '')
}

interface Layer {
  readonly root: Directory
  /** What AUFS kept for itself in this layer; only hard links lead to it. */
  readonly aufs: Map<string, Leaf>
  readonly layer: number
}

const isOfAufs = (part: string): boolean => part.startsWith('.wh..wh.') && part !== '.wh..wh..opq'

function apply(at: Layer, entry: ModelEntry): void {
  const { root, aufs, layer } = at
  const parts = clean(latin1(entry.name))
  if (parts.some(isOfAufs)) {
    if (entry.type !== 'directory' && entry.type !== 'link') aufs.set(parts.join('/'), leafOf(entry, layer))
    return
  }
  const name = parts.pop()
  if (parts.some((part) => part.startsWith('.wh.'))) throw new Refused('name')
  if (name === undefined) {
    if (entry.type !== 'directory') throw new Refused('entry')
    describe(root, entry, layer)
  } else if (name === '.wh..wh..opq') {
    const hidden = find(root, parts)
    for (const child of hidden?.children.keys() ?? []) hide(hidden as Directory, child, layer)
  } else if (name.startsWith('.wh.')) {
    const hidden = name.slice(4)
    if (hidden === '' || hidden === '.' || hidden === '..') throw new Refused('whiteout')
    const parent = find(root, parts)
    if (parent !== undefined) hide(parent, hidden, layer)
  } else put(at, find(root, parts, layer) as Directory, { name, entry })
}

function put(
  at: Layer,
  parent: Directory,
  { name, entry }: { readonly name: string; readonly entry: ModelEntry },
): void {
  const { layer } = at
  const there = parent.children.get(name)
  if (entry.type === 'directory') {
    const directory = there?.type === 'directory' ? there : newDirectory(parent, layer)
    parent.children.set(name, directory)
    describe(directory, entry, layer)
    return
  }
  if (!isLinkToItself(parent, name, at, entry)) parent.children.delete(name)
  parent.children.set(name, entry.type === 'link' ? linkTo(at, entry) : leafOf(entry, layer))
  touch(parent, layer)
}

function isLinkToItself(parent: Directory, name: string, { root }: Layer, { type, linkName }: ModelEntry): boolean {
  if (type !== 'link') return false
  const parts = clean(latin1(linkName as Uint8Array))
  return parts.pop() === name && find(root, parts) === parent
}

function linkTo({ root, aufs, layer }: Layer, entry: ModelEntry): Leaf {
  const parts = clean(latin1(entry.linkName as Uint8Array))
  const path = parts.join('/')
  const name = parts.pop()
  const target = aufs.get(path) ?? (name === undefined ? undefined : find(root, parts)?.children.get(name))
  if (target === undefined || target.type === 'directory') throw new Refused('link')
  return { ...target, layer }
}

const leafOf = ({ type, linkName, content, device, ...entry }: ModelEntry, layer: number): Leaf => ({
  type: type as Leaf['type'],
  layer,
  inode: {
    ...metadataOf(entry),
    ...(type === 'file' ? { content } : {}),
    ...(linkName === undefined ? {} : { target: latin1(linkName) }),
    ...(device === undefined ? {} : { device }),
  },
})

const metadataOf = ({ mode, uid, gid, mtime }: Metadata): Metadata => ({ mode: mode & 0o7777, uid, gid, mtime })

function describe(directory: Directory, entry: ModelEntry, layer: number): void {
  directory.metadata = metadataOf(entry)
  directory.described = layer
  touch(directory, layer)
}

function touch(directory: Directory | undefined, layer: number): void {
  for (let at = directory; at !== undefined; at = at.parent) at.layer = layer
}

/** Takes away what lower layers have there. */
function hide(parent: Directory, name: string, layer: number): void {
  const node = parent.children.get(name)
  if (node === undefined) return
  if (node.layer < layer) parent.children.delete(name)
  else if (node.type === 'directory') {
    for (const child of node.children.keys()) hide(node, child, layer)
    if (node.described < layer) node.metadata = implied
  }
}

/** No link is followed; with a layer, what is missing is made, in the place of what lower layers have. */
function find(root: Directory, parts: readonly string[], layer?: number): Directory | undefined {
  let at = root
  for (const part of parts) {
    const node = at.children.get(part)
    if (node?.type === 'directory') {
      at = node
      continue
    }
    if (layer === undefined) return undefined
    if (node !== undefined && node.layer >= layer) throw new Refused('entry')
    const made = newDirectory(at, layer)
    at.children.set(part, made)
    touch(at, layer)
    at = made
  }
  return at
}

function clean(name: string): string[] {
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw new Refused('name')
  }
  return parts
}

function seenIn(node: Node, path: string): readonly Seen[] {
  if (node.type !== 'directory') return [{ path, type: node.type, identity: node.inode, ...node.inode }]
  const below = [...node.children].flatMap(([name, child]) => seenIn(child, path === '' ? name : `${path}/${name}`))
  return [{ path, type: 'directory', identity: node, ...node.metadata }, ...below]
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
