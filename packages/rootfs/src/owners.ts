import { refused, RootfsError } from './rootfs-error.ts'

/** One range of IDs, as in a user namespace (user_namespaces(7)): `size` IDs of the image from `container` on are the host's from `host` on. */
export interface IdMap {
  readonly container: number
  readonly host: number
  readonly size: number
}

/** Set on files that are made, or only recorded. */
export type Owners =
  | {
      readonly kind: 'apply'
      readonly uid: (id: number, path: string) => number
      readonly gid: (id: number, path: string) => number
      /** The other way round. */
      readonly uidInImage: (id: number) => number
      readonly gidInImage: (id: number) => number
    }
  | { readonly kind: 'record' }

export interface OwnerOptions {
  /** Record owners only: all files belong to the user who unpacks; default false. */
  readonly rootless?: boolean | undefined
  /** Default: IDs are as they are in the image. */
  readonly uidMap?: readonly IdMap[] | undefined
  readonly gidMap?: readonly IdMap[] | undefined
}

/** @throws RootfsError `UNPACK_PRIVILEGE` if owners cannot be set */
export function ownersOf({ rootless = false, uidMap, gidMap }: OwnerOptions): Owners {
  if (rootless) return { kind: 'record' }
  if (process.geteuid?.() !== 0)
    throw new RootfsError('UNPACK_PRIVILEGE', "only root can set the owners of the image's files", {
      hint: 'use --rootless, which only records the owners and makes you the owner of all files, or run it as root',
    })
  return {
    kind: 'apply',
    uid: mapping(uidMap, 'user'),
    gid: mapping(gidMap, 'group'),
    uidInImage: (id) => inImage(uidMap, id),
    gidInImage: (id) => inImage(gidMap, id),
  }
}

/** What -1 means to chown(2): leave it as it is. */
const noId = 2 ** 32 - 1

function mapping(ranges: readonly IdMap[] | undefined, what: string): (id: number, path: string) => number {
  const check = (id: number, path: string): number => {
    if (Number.isInteger(id) && id >= 0 && id < noId) return id
    throw refused('UNPACK_OWNER_INVALID', path, `${what} ${id} is not a valid ID`)
  }
  if (ranges === undefined || ranges.length === 0) return check
  return (id, path) => {
    const range = ranges.find(({ container, size }) => id >= container && id < container + size)
    if (range === undefined)
      throw refused('UNPACK_OWNER_INVALID', path, `${what} ${id} is not in the ID map`, {
        hint: 'add a range that contains it to --uid-map or --gid-map',
      })
    return check(range.host + id - range.container, path)
  }
}

function inImage(ranges: readonly IdMap[] = [], id: number): number {
  const range = ranges.find(({ host, size }) => id >= host && id < host + size)
  return range === undefined ? id : range.container + id - range.host
}
