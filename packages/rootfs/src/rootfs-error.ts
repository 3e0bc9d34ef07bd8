import { LadingError, nameErrors, printable, type ErrorOptions } from '@lading/errors'

/**
 * - `UNPACK_ENTRY_INVALID`: an entry at an impossible place: the root is not a directory, or a parent is a file or a link of the same layer.
 * - `UNPACK_LINK_INVALID`: a hard link to a file that does not exist, or to a directory.
 * - `UNPACK_OWNER_INVALID`: the ID of an owner is not valid, or not in the maps.
 * - `UNPACK_LIMIT`: a limit is exceeded.
 * - `UNPACK_INTERFERED`: another process changes the directory while it is written.
 * - `UNPACK_DIRECTORY_IN_USE`: the directory exists already, and is not empty.
 * - `UNPACK_NOT_OURS`: the directory to be replaced was not created by an earlier unpack.
 * - `UNPACK_PRIVILEGE`: only root can set owners.
 * - `UNPACK_UNSUPPORTED`: this platform has no safe way to write a tree.
 * - `UNPACK_IMAGE_INCOMPLETE`: the source does not have all content of the image.
 * - `UNPACK_LAYER_MISMATCH`: a layer is not the one in the image's config, or is damaged in the store.
 * - `UNPACK_NO_SPACE`: the disk, the quota or the file size limit is used up.
 * - `UNPACK_FAILED`: the system refused a call.
 * - `BUNDLE_USER_UNKNOWN`: the user or group of the image is not in its account files.
 * - `BUNDLE_UNSUPPORTED`: the image is not for Linux.
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

/** The errors of this package; those of content, compression and tar pass through unchanged. */
export class RootfsError extends LadingError<RootfsErrorCode> {}

nameErrors(RootfsError, 'RootfsError')

const rebuild = 'build the image again with an ordinary tool: it is not safe to unpack'

/** An entry of a layer that is refused for its content. */
export const refused = (code: RootfsErrorCode, path: string, why: string, options: ErrorOptions = {}): RootfsError =>
  new RootfsError(code, `${printable(path)}: ${why}`, { path: printable(path), hint: rebuild, ...options })

export const beyondLimit = (limit: string, most: number, path: string, what: string): RootfsError =>
  new RootfsError('UNPACK_LIMIT', `${printable(path)}: ${what}, but ${limit} is ${most}`, {
    path: printable(path),
    expected: most,
    hint: `raise ${limit}, if you trust the image`,
  })

/** The tree in memory and the file system differ. */
export const interfered = (path: string, what: string, cause?: unknown): RootfsError =>
  new RootfsError('UNPACK_INTERFERED', `${printable(path)}: ${what}`, {
    path: printable(path),
    cause,
    hint: 'another process is changing the directory: stop it, and unpack again',
  })
