import type { Device, Sparse, Time } from '@lading/tar'
import type { TreeEntry } from './tree-entry.ts'

/** The file of one entry of a layer. Names that are hard links of each other share it. */
export interface LayerFile {
  readonly type: 'file' | 'directory' | 'symlink' | 'character-device' | 'block-device' | 'fifo'
  /** In bytes, with its holes. */
  readonly size: number
  /** Permissions, with the bits for setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly userName: string | undefined
  readonly groupName: string | undefined
  readonly mtime: Time
  readonly linkName: Uint8Array | undefined
  readonly device: Device | undefined
  readonly xattrs: ReadonlyMap<string, Uint8Array> | undefined
  readonly sparse: Sparse | undefined
  /** Counted from the base, 0. */
  readonly layer: number
  /** Which entry of its layer. */
  readonly ordinal: number
}

export function layerFile(
  entry: Omit<TreeEntry, 'type'> & { readonly type: LayerFile['type'] },
  layer: number,
  ordinal: number,
): LayerFile {
  const { type, size, mode, uid, gid, userName, groupName, mtime, linkName, device, xattrs, sparse } = entry
  return {
    type,
    size: type === 'file' ? (sparse?.size ?? size) : 0,
    mode: mode & 0o7777,
    uid,
    gid,
    userName,
    groupName,
    mtime,
    linkName: type === 'symlink' ? linkName?.slice() : undefined,
    device,
    xattrs,
    sparse,
    layer,
    ordinal,
  }
}

/** A directory without an entry, but with entries below it. */
export const impliedDirectory = (layer: number): LayerFile => ({
  type: 'directory',
  size: 0,
  mode: 0o755,
  uid: 0,
  gid: 0,
  userName: undefined,
  groupName: undefined,
  mtime: { seconds: 0, nanoseconds: 0 },
  linkName: undefined,
  device: undefined,
  xattrs: undefined,
  sparse: undefined,
  layer,
  ordinal: -1,
})
