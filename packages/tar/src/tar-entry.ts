export type TarType = 'file' | 'directory' | 'symlink' | 'link' | 'character-device' | 'block-device' | 'fifo'

/** A point in time: `nanoseconds`, from 0 to 999,999,999, are added to `seconds` since 1970, which may be negative. */
export interface Time {
  readonly seconds: number
  readonly nanoseconds: number
}

export interface Device {
  readonly major: number
  readonly minor: number
}

/** The position of a piece of a sparse file's body. */
export interface SparsePiece {
  readonly offset: number
  readonly length: number
}

/** A file with holes: its body is the pieces' bytes, one after the other, and between them are zeros. */
export interface Sparse {
  /** Of the file with its holes, in bytes. */
  readonly size: number
  /** In ascending order, without overlaps; the sum of their lengths is the entry's `size`. */
  readonly pieces: readonly SparsePiece[]
}

/** One entry of an archive, from its ustar, GNU and PAX headers (POSIX.1-2024, `pax`). */
export interface TarEntry {
  /** As in the archive, byte for byte: absolute, with `..` or with a slash at the end if the archive has it so. */
  readonly name: Uint8Array
  /** The name as UTF-8; invalid bytes become U+FFFD, so two names may have the same path. */
  readonly path: string
  readonly type: TarType
  /** Of the body, in bytes; the size of a sparse file is `sparse.size`. */
  readonly size: number
  /** Permissions; old writers add the type's bits to them. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly userName: string | undefined
  readonly groupName: string | undefined
  readonly mtime: Time
  readonly atime: Time | undefined
  readonly ctime: Time | undefined
  /** Of a `symlink` and a `link`. */
  readonly linkName: Uint8Array | undefined
  /** Of devices. */
  readonly device: Device | undefined
  /** `SCHILY.xattr` and `LIBARCHIVE.xattr` records, by name. */
  readonly xattrs: ReadonlyMap<string, Uint8Array> | undefined
  /** PAX records without a member of their own, by keyword. */
  readonly records: ReadonlyMap<string, Uint8Array> | undefined
  readonly sparse: Sparse | undefined
  /** In the archive, in bytes: of the first of the entry's headers. */
  readonly offset: number
  /** In the archive, in bytes: where the body starts. */
  readonly bodyOffset: number
}
