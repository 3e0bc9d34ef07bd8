import type { TarEntry } from '@lading/tar'
import type { ImageFiles } from '../bundle/account-files.ts'
import { treeFiles } from '../bundle/tree-files.ts'
import { parseEntryName } from '../layer/entry-name.ts'
import type { Limits } from '../limits.ts'
import type { Owners } from '../owners.ts'
import { doTheRest, type Rest } from '../rest/do-the-rest.ts'
import { beyondLimit, refused } from '../rootfs-error.ts'
import { createBodyWriter } from './body-writer.ts'
import { entryMakers } from './entry-makers.ts'
import { finishDirectories } from './finish-directories.ts'
import { createGrowingTree } from './growing-tree.ts'
import { createKeptByAufs } from './kept-by-aufs.ts'
import type { NewFiles } from './probe.ts'

/** Writes the entries of a layer as `@lading/tar` reads them; synchronous. */
export interface Unpacker {
  /** Before the first entry of each layer, from the lowest to the uppermost. */
  nextLayer(): void
  /** @throws RootfsError; afterwards only `close` may be called */
  begin(entry: TarEntry): void
  data(bytes: Uint8Array): void
  end(): void
  /** The tree as it is so far, for look-ups before `finish`. */
  readonly files: ImageFiles
  /** Does, after the last layer, what has to wait until everything is there. @param temporary a directory of ours, open */
  finish(temporary: number): Rest
  /** What was written so far: entries, and bytes of files. */
  readonly written: { readonly entries: number; readonly bytes: number }
  close(): void
}

export interface UnpackerOptions {
  readonly owners: Owners
  readonly limits: Limits
  readonly newFiles: NewFiles
  /** Devices are created, and not only recorded. */
  readonly devices: boolean
}

/** @param rootDescriptor of an empty directory that is ours alone, with mode 0700 */
export function createUnpacker(
  rootDescriptor: number,
  { owners, limits, newFiles, devices }: UnpackerOptions,
): Unpacker {
  const tree = createGrowingTree(rootDescriptor, limits)
  const { root, open } = tree
  const bodies = createBodyWriter(newFiles, limits)
  const kept = createKeptByAufs(tree)
  const { make, describe } = entryMakers({ tree, bodies, kept, owners, newFiles, limits })
  let entries = 0

  return {
    nextLayer() {
      kept.drop()
      tree.nextLayer()
    },
    begin(entry) {
      const { path, type } = entry
      if (++entries > limits.maxEntries)
        throw beyondLimit('maxEntries', limits.maxEntries, path, `it is entry ${entries}`)
      const parsed = parseEntryName(entry.name)
      const { kind, parents, name } = parsed
      switch (kind) {
        case 'entry':
          if (name !== undefined) make[type](tree.parentOf(parents, path), name, entry)
          else if (type === 'directory') describe(root, entry)
          else throw refused('UNPACK_ENTRY_INVALID', path, `the root is a ${type}, but must be a directory`)
          return
        case 'whiteout':
        case 'opaque':
          tree.hide(parents, path, name)
          return
        case 'metadata':
          if (type !== 'directory' && type !== 'link') make[type](root, kept.nameFor(parsed), entry)
      }
    },
    data: (chunk) => bodies.write(chunk),
    end: () => bodies.end(),
    files: treeFiles(root, { open, owners }),
    finish(temporary) {
      kept.drop()
      const records = owners.kind === 'record'
      const rest = doTheRest(root, { root: rootDescriptor, temporary }, { records, devices })
      const epoch = { seconds: 0, nanoseconds: 0 }
      const { uid, gid } = records ? newFiles : { uid: owners.uid(0, '.'), gid: owners.gid(0, '.') }
      const implied = { mode: 0o755, uid, gid, atime: epoch, mtime: epoch }
      finishDirectories(root, open, { newFiles, implied, timesSet: rest.timesSet })
      return rest
    },
    get written() {
      return { entries, bytes: bodies.bytes }
    },
    close() {
      bodies.close()
      tree.close()
    },
  }
}
