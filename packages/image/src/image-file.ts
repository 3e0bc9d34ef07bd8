import type { Device, Time } from '@lading/tar'
import { bytesOfKey, pathText, textOf } from './byte-text.ts'
import type { LayerFile } from './layer-file.ts'
import type { Merged } from './merged-view.ts'

/** One path of an image, and the file there. */
export interface ImageFile {
  /** From the root, with a slash before it, as UTF-8; invalid bytes become U+FFFD. Not safe to print. */
  readonly path: string
  /** The same, byte for byte, without the slash before it; empty for the root. */
  readonly name: Uint8Array
  readonly type: LayerFile['type']
  /** Size of a file in bytes, with its holes; 0 for everything else. */
  readonly size: number
  /** Permissions, with the bits for setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly userName: string | undefined
  readonly groupName: string | undefined
  readonly mtime: Time
  /** Target of a `symlink`, byte for byte. */
  readonly linkName: Uint8Array | undefined
  /** The same as UTF-8. */
  readonly target: string | undefined
  readonly device: Device | undefined
  readonly xattrs: ReadonlyMap<string, Uint8Array> | undefined
  /** The layer it comes from, counted from the base, 0. For a directory, the topmost one with an entry for it. */
  readonly layer: number
  /** The same for names that are hard links of each other; otherwise unique, except for directories without an entry. */
  readonly inode: string
}

export function imageFile({ path, file }: Merged): ImageFile {
  const { type, size, mode, uid, gid, userName, groupName, mtime, linkName, device, xattrs, layer, ordinal } = file
  return {
    path: pathText(path),
    name: bytesOfKey(path.join('/')),
    type,
    size,
    mode,
    uid,
    gid,
    userName,
    groupName,
    mtime,
    linkName,
    target: linkName === undefined ? undefined : textOf(linkName),
    device,
    xattrs,
    layer,
    inode: `${layer}:${ordinal}`,
  }
}
