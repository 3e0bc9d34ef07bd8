import { linkSync, symlinkSync } from 'node:fs'
import type { TarEntry } from '@lading/tar'
import { at } from '../descriptors/at.ts'
import { parseLinkName } from '../layer/entry-name.ts'
import type { Limits } from '../limits.ts'
import type { Owners } from '../owners.ts'
import { beyondLimit, refused } from '../rootfs-error.ts'
import { systemError } from '../system-error.ts'
import { isDirectory, shownPath, type DirectoryNode, type NameBytes } from '../tree/node.ts'
import type { BodyWriter } from './body-writer.ts'
import type { GrowingTree } from './growing-tree.ts'
import type { KeptByAufs } from './kept-by-aufs.ts'
import { applyToLink, extrasOf, metadataOf } from './metadata.ts'
import type { NewFiles } from './probe.ts'

type Make = (parent: DirectoryNode, name: NameBytes, entry: TarEntry) => void

/** Creates what an entry describes, and replaces what is there. */
export interface EntryMakers {
  readonly make: Readonly<Record<TarEntry['type'], Make>>
  /** Applies an entry to a directory that exists. */
  describe(directory: DirectoryNode, entry: TarEntry): void
}

export interface EntryMakersOptions {
  readonly tree: GrowingTree
  readonly bodies: BodyWriter
  readonly kept: KeptByAufs
  readonly owners: Owners
  readonly newFiles: NewFiles
  readonly limits: Pick<Limits, 'maxDepth'>
}

export function entryMakers({ tree, bodies, kept, owners, newFiles, limits }: EntryMakersOptions): EntryMakers {
  const { open, add, replace } = tree

  const attempt = <T>(parent: DirectoryNode, name: NameBytes, act: () => T): T => {
    try {
      return act()
    } catch (error) {
      throw systemError(error, shownPath(parent, name))
    }
  }

  function describe(what: DirectoryNode, entry: TarEntry): void {
    what.metadata = metadataOf(entry, owners, newFiles, entry.path)
    what.extras = extrasOf(entry, owners)
    what.described = tree.layer
    tree.touch(what)
  }

  function directory(parent: DirectoryNode, name: NameBytes, entry: TarEntry): void {
    const there = parent.children.get(name)
    if (there !== undefined && !isDirectory(there)) replace(parent, name)
    if (parent.depth >= limits.maxDepth)
      throw beyondLimit('maxDepth', limits.maxDepth, entry.path, `it is ${parent.depth + 1} directories deep`)
    describe(isDirectory(there) ? there : tree.makeDirectory(parent, name), entry)
  }

  function file(parent: DirectoryNode, name: NameBytes, entry: TarEntry): void {
    replace(parent, name)
    const { layer } = tree
    const extras = extrasOf(entry, owners)
    const metadata = metadataOf(entry, owners, newFiles, entry.path)
    bodies.begin({ directory: attempt(parent, name, () => open.descriptorOf(parent)), parent, name }, entry, metadata)
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
    add(parent, name, { kind: 'symlink', layer: tree.layer, extras: extrasOf(entry, owners) })
  }

  function link(parent: DirectoryNode, name: NameBytes, entry: TarEntry): void {
    const shown = Buffer.from(entry.linkName as Uint8Array).toString()
    const target = kept.resolve(parseLinkName(entry.linkName as Uint8Array))
    const from = tree.find(target.parents, shown)
    const isItself = from === parent && target.name === name
    // What is in its place is removed first, which may remove its target.
    if (!isItself) replace(parent, name)
    const node = target.name === undefined ? undefined : from?.children.get(target.name)
    if (from === undefined || target.name === undefined || node === undefined)
      throw refused('UNPACK_LINK_INVALID', entry.path, `a hard link to ${JSON.stringify(shown)}, which does not exist`)
    if (isDirectory(node))
      throw refused('UNPACK_LINK_INVALID', entry.path, `a hard link to ${JSON.stringify(shown)}, which is a directory`)
    const targetName = target.name
    if (isItself) tree.countOneLess()
    else if (typeof node === 'number' || node.kind !== 'special')
      attempt(parent, name, () =>
        linkSync(at(open.descriptorOf(from), targetName), at(open.descriptorOf(parent), name)),
      )
    add(parent, name, typeof node === 'number' ? tree.layer : { ...node, layer: tree.layer })
  }

  function special(parent: DirectoryNode, name: NameBytes, entry: TarEntry): void {
    replace(parent, name)
    const type = entry.type as 'fifo' | 'character-device' | 'block-device'
    const metadata = metadataOf(entry, owners, newFiles, entry.path)
    const extras = extrasOf(entry, owners)
    add(parent, name, {
      kind: 'special',
      layer: tree.layer,
      special: { type, device: entry.device, metadata, extras },
    })
  }

  const make = { file, directory, symlink, link, fifo: special, 'character-device': special, 'block-device': special }
  return { make, describe }
}
