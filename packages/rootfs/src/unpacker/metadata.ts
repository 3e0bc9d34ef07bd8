import { fchmodSync, fchownSync, futimesSync, lchownSync, lutimesSync } from 'node:fs'
import type { TarEntry } from '@lading/tar'
import type { Extras, Metadata } from '../tree/node.ts'
import type { Owners } from '../owners.ts'
import type { NewFiles } from './probe.ts'
import { inSeconds, isFine } from './times.ts'

/** Without the type bits, which old writers add. */
const modeBits = 0o7777

/** The metadata of the entry, with the owner that the file gets. @throws RootfsError `UNPACK_OWNER_INVALID` */
export function metadataOf(entry: TarEntry, owners: Owners, { uid, gid }: NewFiles, path: string): Metadata {
  const { mode, mtime, atime } = entry
  return {
    mode: mode & modeBits,
    uid: owners.kind === 'record' ? uid : owners.uid(entry.uid, path),
    gid: owners.kind === 'record' ? gid : owners.gid(entry.gid, path),
    atime: atime ?? mtime,
    mtime,
  }
}

/** What Node's calls cannot set; `undefined`: nothing. */
export function extrasOf({ uid, gid, xattrs, atime, mtime }: TarEntry, owners: Owners): Extras | undefined {
  const fine = isFine(mtime) || (atime !== undefined && isFine(atime))
  const recorded = owners.kind === 'record' && (uid !== 0 || gid !== 0)
  if (!fine && !recorded && xattrs === undefined) return undefined
  return {
    times: fine ? { atime: atime ?? mtime, mtime } : undefined,
    owner: recorded ? { uid, gid } : undefined,
    xattrs,
  }
}

/**
 * Sets owner, mode and times of an open file or directory, without a call for what it has already.
 *
 * @param has the owner and the mode that it was made with, and whether it has its times
 * @throws the system's error
 */
export function applyMetadata(
  descriptor: number,
  { uid, gid, mode, atime, mtime }: Metadata,
  has: { readonly uid: number; readonly gid: number; readonly mode: number; readonly times?: boolean | undefined },
): void {
  // First, because a change of the owner clears set-user-ID (chown(2)).
  if (uid !== has.uid || gid !== has.gid) fchownSync(descriptor, uid, gid)
  if (mode !== has.mode) fchmodSync(descriptor, mode)
  if (has.times !== true) futimesSync(descriptor, inSeconds(atime), inSeconds(mtime))
}

/** The same of a symbolic link, which has no mode; it is not followed. @throws the system's error */
export function applyToLink(path: string | Buffer, { uid, gid, atime, mtime }: Metadata, has: NewFiles): void {
  if (uid !== has.uid || gid !== has.gid) lchownSync(path, uid, gid)
  lutimesSync(path, inSeconds(atime), inSeconds(mtime))
}
