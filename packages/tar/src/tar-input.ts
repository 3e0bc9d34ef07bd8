import type { Device, TarType, Time } from './tar-entry.ts'

/** One entry to be written. Text becomes UTF-8. */
export interface TarHeader {
  /** As it is to stand in the archive; those of directories end with a slash by custom, and nothing here adds one. */
  readonly name: string | Uint8Array
  /** Default `file`. */
  readonly type?: TarType | undefined
  /** Of the body, in bytes. Default: that of a body that is bytes, and 0. Only files have one. */
  readonly size?: number | undefined
  /** Default 0o644, of directories 0o755, of symbolic links 0o777. */
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
  /** PAX records of others, by keyword. */
  readonly records?: ReadonlyMap<string, Uint8Array> | undefined
}

export interface TarInput extends TarHeader {
  /** Exactly `size` bytes. Read once, when its turn has come. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined
}

/** For archives that are the same byte for byte, whenever and by whomever they are made. */
export interface TarHeaderOptions {
  /** Takes the place of every entry's `mtime`; `atime` and `ctime` are left out then. */
  readonly mtime?: Time | undefined
  /** Takes the place of every entry's owner and group. */
  readonly owner?:
    | {
        readonly uid: number
        readonly gid: number
        readonly userName?: string | undefined
        readonly groupName?: string | undefined
      }
    | undefined
}
