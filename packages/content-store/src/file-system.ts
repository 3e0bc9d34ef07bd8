import type { FileSystemTraits } from './file-system-traits.ts'

/** What is at a path. Links are not followed. */
export interface FileStat {
  readonly kind: FileKind
  /** In bytes. */
  readonly size: number
  /** Milliseconds since 1970, by the file system's clock. */
  readonly modifiedMs: number
  /** The same clock, and nobody can set it. Of a directory, both are later once something came, went or was renamed in it. */
  readonly changedMs: number
  readonly inode: bigint
  /** Permission bits, `0o777`. */
  readonly mode: number
}

export type FileKind = 'file' | 'directory' | 'link' | 'other'

export interface DirectoryEntry {
  readonly name: string
  readonly kind: FileKind
}

/** An open file. Positions and sizes in bytes; nothing depends on a current position. */
export interface FileHandle {
  readonly path: string
  /** Reads into `buffer` from `position`; how many bytes, 0 at the end. May be fewer than asked for. */
  read(buffer: Uint8Array, position: number): Promise<number>
  /** Writes all of it: short writes are continued. Once it has resolved nobody looks at the bytes any more. */
  write(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void>
  /** To the disk. After it failed the file must not be used again: the next `sync` would lie. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  stat(): Promise<FileStat>
  /** Idempotent. Its errors count: some file systems report a failed write only here. */
  close(): Promise<void>
}

/**
 * The one way to the disk for every store: through it faults are injected in tests, and another back end can be put
 * under the stores. Every method rejects with a `ContentError` that has the path in its facts.
 */
export interface FileSystem {
  /** In what it is not as POSIX has it. Default: in nothing. */
  readonly traits?: FileSystemTraits | undefined
  /**
   * `r`: reads an existing file, `r+`: reads and writes one, `wx`: creates one that must not exist.
   * A symbolic link at `path` itself is refused (`NOT_A_FILE`). Mode default `0o600`.
   */
  open(path: string, flags: 'r' | 'r+' | 'wx', options?: { readonly mode?: number | undefined }): Promise<FileHandle>
  /** Mode default `0o700`. Without `recursive` an existing one is `EXISTS`. */
  mkdir(
    path: string,
    options?: { readonly recursive?: boolean | undefined; readonly mode?: number | undefined },
  ): Promise<void>
  /** Replaces a file at `to`. */
  rename(from: string, to: string): Promise<void>
  /** Renames a directory to where nothing is. @throws `NOT_A_DIRECTORY` when something else is at `from`, which stays */
  moveDirectory(from: string, to: string): Promise<void>
  /** A second name for a file. `EXISTS` when `to` is there. @throws `IO_ERROR` or `PERMISSION` where there are no hard links. */
  link(from: string, to: string): Promise<void>
  /** `false`: was not there. */
  unlink(path: string): Promise<boolean>
  /** A directory or file with all below it; nothing there is fine. Links are removed, not followed. */
  removeTree(path: string): Promise<void>
  /** An empty directory. `false`: there is something in it. */
  removeDirectory(path: string): Promise<boolean>
  /** `undefined`: no such directory. */
  readDirectory(path: string): Promise<readonly DirectoryEntry[] | undefined>
  /** `undefined`: nothing there. */
  stat(path: string): Promise<FileStat | undefined>
  /** The whole file; `undefined`: nothing there. @throws `TOO_LARGE` above `maxBytes`, `NOT_A_FILE` */
  readFile(path: string, options: { readonly maxBytes: number }): Promise<Uint8Array | undefined>
  chmod(path: string, mode: number): Promise<void>
  /** Bytes that this user may still write where `path` is; `undefined`: the system does not say. */
  freeSpace(path: string): Promise<number | undefined>
  /** Sets the modification time to now. */
  touch(path: string): Promise<void>
  /** Makes the entries of a directory durable. Does nothing where the system has no such thing (`traits`). */
  syncDirectory(path: string): Promise<void>
}
