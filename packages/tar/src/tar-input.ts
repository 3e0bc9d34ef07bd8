import type { Device, TarType, Time } from './tar-entry.ts'

/** One entry to be written. Text becomes UTF-8. */
export interface TarHeader {
  /** As it is written to the archive. Names of directories usually end with a slash, which is not added. */
  readonly name: string | Uint8Array
  /** Default `file`. */
  readonly type?: TarType | undefined
  /** Size of the body in bytes. Default: the length of a body of bytes, or 0. Only files have a body. */
  readonly size?: number | undefined
  /** Default 0o644, for directories 0o755, for symbolic links 0o777. */
  readonly mode?: number | undefined
  /** Default 0. */
  readonly uid?: number | undefined
  /** Default 0. */
  readonly gid?: number | undefined
  readonly userName?: string | undefined
  readonly groupName?: string | undefined
  /** Default: the beginning of 1970. */
  readonly mtime?: Time | undefined
  readonly atime?: Time | undefined
  readonly ctime?: Time | undefined
  /** Of a `symlink` and a `link`, which must have one. */
  readonly linkName?: string | Uint8Array | undefined
  /** Of devices, which must have one. */
  readonly device?: Device | undefined
  /** Written as `SCHILY.xattr` records. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array> | undefined
  /** Other PAX records, by keyword. */
  readonly records?: ReadonlyMap<string, Uint8Array> | undefined
}

export interface TarInput extends TarHeader {
  /** Exactly `size` bytes. Read once, when the entry is written. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined
}

/** For reproducible archives. */
export interface TarHeaderOptions {
  /** Replaces every entry's `mtime`; `atime` and `ctime` are then left out. */
  readonly mtime?: Time | undefined
  /** Replaces every entry's owner and group. */
  readonly owner?:
    | {
        readonly uid: number
        readonly gid: number
        readonly userName?: string | undefined
        readonly groupName?: string | undefined
      }
    | undefined
}
