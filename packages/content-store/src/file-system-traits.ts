/** In what a file system is not as POSIX has it. */
export interface FileSystemTraits {
  /** A file takes the place of one that a program has open, and an open one can be removed. `false`: refused meanwhile (Windows). */
  readonly replacesOpenFiles: boolean
  /** The entries of a directory are made durable by a call. `false`: they are so by themselves, and no directory can be opened (Windows). */
  readonly syncsDirectories: boolean
  /** A directory takes the place of an empty one. `false`: a rename replaces no directory at all (Windows). */
  readonly replacesEmptyDirectories: boolean
  /** A name may be any bytes but a slash and NUL. `false`: some are reserved or cannot be written (`con`, `a:b`, a trailing dot; Windows). */
  readonly takesAnyName: boolean
}

const posixTraits: FileSystemTraits = {
  replacesOpenFiles: true,
  syncsDirectories: true,
  replacesEmptyDirectories: true,
  takesAnyName: true,
}
const windowsTraits: FileSystemTraits = {
  replacesOpenFiles: false,
  syncsDirectories: false,
  replacesEmptyDirectories: false,
  takesAnyName: false,
}

/** @param platform as Node names it. Default: this system */
export const fileSystemTraits = (platform: string = process.platform): FileSystemTraits =>
  platform === 'win32' ? windowsTraits : posixTraits
