import { LadingError, nameErrors, printable, type ErrorOptions } from '@lading/errors'

/**
 * - `UNPACK_ENTRY_INVALID`: an entry that cannot be where it is said to be: the root is no directory, a parent is a file or a link of the same layer.
 * - `UNPACK_LINK_INVALID`: a hard link to what is not there, or is a directory.
 * - `UNPACK_OWNER_INVALID`: an owner that the system does not have, or that the maps do not name.
 * - `UNPACK_LIMIT`: more than one of the limits allows.
 * - `UNPACK_INTERFERED`: somebody changes the directory while it is written.
 * - `UNPACK_DIRECTORY_IN_USE`: there is something at the directory already.
 * - `UNPACK_NOT_OURS`: it is to be replaced, and no unpacking made it.
 * - `UNPACK_PRIVILEGE`: owners can be set by root alone.
 * - `UNPACK_UNSUPPORTED`: this platform has no safe way to write a tree.
 * - `UNPACK_IMAGE_INCOMPLETE`: the image names what its source does not have.
 * - `UNPACK_LAYER_MISMATCH`: a layer is not the one that the image's config names, or is damaged where it is kept.
 * - `UNPACK_NO_SPACE`: the disk, the quota or the file size limit is used up.
 * - `UNPACK_FAILED`: the system said no.
 * - `BUNDLE_USER_UNKNOWN`: the command of the image is to run as somebody whom the image does not have.
 * - `BUNDLE_UNSUPPORTED`: an image of a system that a bundle cannot be made for.
 */
export type RootfsErrorCode =
  | 'UNPACK_ENTRY_INVALID'
  | 'UNPACK_LINK_INVALID'
  | 'UNPACK_OWNER_INVALID'
  | 'UNPACK_LIMIT'
  | 'UNPACK_INTERFERED'
  | 'UNPACK_DIRECTORY_IN_USE'
  | 'UNPACK_NOT_OURS'
  | 'UNPACK_PRIVILEGE'
  | 'UNPACK_UNSUPPORTED'
  | 'UNPACK_IMAGE_INCOMPLETE'
  | 'UNPACK_LAYER_MISMATCH'
  | 'UNPACK_NO_SPACE'
  | 'UNPACK_FAILED'
  | 'BUNDLE_USER_UNKNOWN'
  | 'BUNDLE_UNSUPPORTED'

/** What this package throws on purpose; what content, compression and tar throw passes through unchanged. */
export class RootfsError extends LadingError<RootfsErrorCode> {}

nameErrors(RootfsError, 'RootfsError')

const rebuild = 'build the image again with an ordinary tool: no program should unpack this'

/** An entry of a layer that is refused for what it says. */
export const refused = (code: RootfsErrorCode, path: string, why: string, options: ErrorOptions = {}): RootfsError =>
  new RootfsError(code, `${printable(path)}: ${why}`, { path: printable(path), hint: rebuild, ...options })

export const beyondLimit = (limit: string, most: number, path: string, what: string): RootfsError =>
  new RootfsError('UNPACK_LIMIT', `${printable(path)}: ${what}, and ${limit} is ${most}`, {
    path: printable(path),
    expected: most,
    hint: `raise ${limit}, if you trust the image`,
  })

/** What the memory of the tree and the file system disagree about. */
export const interfered = (path: string, what: string, cause?: unknown): RootfsError =>
  new RootfsError('UNPACK_INTERFERED', `${printable(path)}: ${what}`, {
    path: printable(path),
    cause,
    hint: 'another process changes the directory while it is written: stop it, and unpack again',
  })
