/** In what a file system is not as POSIX has it. */
export interface FileSystemTraits {
  /** A file takes the place of one that a program has open, and an open one can be removed. `false`: refused meanwhile (Windows). */
  readonly replacesOpenFiles: boolean
  /** The entries of a directory are made durable by a call. `false`: they are so by themselves, and no directory can be opened (Windows). */
  readonly syncsDirectories: boolean
}

const posixTraits: FileSystemTraits = { replacesOpenFiles: true, syncsDirectories: true }
const windowsTraits: FileSystemTraits = { replacesOpenFiles: false, syncsDirectories: false }

/** @param platform as Node names it */
export const traitsOf = (platform: string): FileSystemTraits => (platform === 'win32' ? windowsTraits : posixTraits)
