/** Positions and lengths of the fields of a header block (POSIX.1-2024, `pax`, ustar Interchange Format). */
export interface Field {
  readonly at: number
  readonly length: number
  /** For messages. */
  readonly what: string
}

const field = (at: number, length: number, what: string): Field => ({ at, length, what })

export const NAME: Field = field(0, 100, 'name')
export const MODE: Field = field(100, 8, 'mode')
export const UID: Field = field(108, 8, 'user')
export const GID: Field = field(116, 8, 'group')
export const SIZE: Field = field(124, 12, 'size')
export const MTIME: Field = field(136, 12, 'time')
export const CHECKSUM: Field = field(148, 8, 'checksum')
export const TYPE = 156
export const LINK: Field = field(157, 100, 'link')
export const MAGIC = 257
export const USER_NAME: Field = field(265, 32, 'user name')
export const GROUP_NAME: Field = field(297, 32, 'group name')
export const MAJOR: Field = field(329, 8, 'device')
export const MINOR: Field = field(337, 8, 'device')
export const PREFIX: Field = field(345, 155, 'prefix')

/** star's field, if the ustar prefix is shorter than 130 bytes. */
export const ATIME: Field = field(476, 12, 'time')
export const CTIME: Field = field(488, 12, 'time')

/** GNU's old sparse files have these instead of the prefix. */
export const SPARSE = 386
export const EXTENDED = 482
export const REAL_SIZE = 483
