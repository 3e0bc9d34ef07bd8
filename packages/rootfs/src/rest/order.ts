import type { Time } from '@lading/tar'
import type { Extras, NameBytes, TreeNode } from '../tree/node.ts'
import { isSettable } from './settable.ts'
import type { TreeEntry } from './tree-entries.ts'

/** One line for the helper; what is bytes is in base 64. */
export interface Order {
  readonly path: string
  readonly make?: 'fifo' | 'character-device' | 'block-device' | undefined
  readonly mode?: number | undefined
  readonly device?: readonly [major: number, minor: number] | undefined
  readonly owner?: readonly [uid: number, gid: number] | undefined
  /** Another name of what was made at this path. */
  readonly link?: string | undefined
  readonly xattrs?: Readonly<Record<string, string>> | undefined
  /** Since 1970, in nanoseconds: of access, and of modification. */
  readonly times?: readonly [atime: string, mtime: string] | undefined
}

export interface OrderOptions {
  /** Owners are recorded, and attributes that only root can set. */
  readonly records: boolean
  /** Devices are made. */
  readonly devices: boolean
}

/** What has to be done for each entry, once for all names of a file; `undefined`: nothing. */
export function createOrders({ records, devices }: OrderOptions): (entry: TreeEntry) => Order | undefined {
  const done = new Set<Extras>()
  const made = new Map<object, NameBytes>()

  return ({ path, node }) => {
    if (typeof node === 'number') return undefined
    if (node.kind === 'special') {
      const { special } = node
      const { type, device, metadata } = special
      if (type !== 'fifo' && !devices) return undefined
      const first = made.get(special)
      if (first !== undefined) return { path: base64(path), link: base64(first) }
      made.set(special, path)
      return {
        path: base64(path),
        make: type,
        mode: metadata.mode,
        device: [device?.major ?? 0, device?.minor ?? 0],
        owner: records ? undefined : [metadata.uid, metadata.gid],
        xattrs: xattrsOf(special.extras, node, records),
        times: [inNanoseconds(metadata.atime), inNanoseconds(metadata.mtime)],
      }
    }
    const { extras } = node
    if (extras === undefined || done.has(extras)) return undefined
    done.add(extras)
    const xattrs = xattrsOf(extras, node, records)
    const { times } = extras
    if (xattrs === undefined && times === undefined) return undefined
    return {
      path: base64(path),
      xattrs,
      times: times === undefined ? undefined : [inNanoseconds(times.atime), inNanoseconds(times.mtime)],
    }
  }
}

const base64 = (bytes: NameBytes): string => Buffer.from(bytes, 'latin1').toString('base64')

const inNanoseconds = ({ seconds, nanoseconds }: Time): string =>
  String(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds))

/** The attribute in which rootless tools (umoci, PRoot) store owners; not for links, which cannot have it. */
const ownerAttribute = 'user.rootlesscontainers'

function xattrsOf(extras: Extras | undefined, node: TreeNode, records: boolean): Record<string, string> | undefined {
  const found: Record<string, string> = {}
  for (const [name, value] of extras?.xattrs ?? [])
    if (isSettable(name, records)) found[name] = Buffer.from(value).toString('base64')
  const isPlain = typeof node === 'object' && (node.kind === 'file' || node.kind === 'directory')
  if (records && isPlain && extras?.owner !== undefined)
    found[ownerAttribute] = Buffer.from(ownerMessage(extras.owner)).toString('base64')
  return Object.keys(found).length === 0 ? undefined : found
}

/** A protobuf message of two numbers, of which zeros are left out (rootlesscontainers.proto). */
const ownerMessage = ({ uid, gid }: { readonly uid: number; readonly gid: number }): number[] => [
  ...(uid === 0 ? [] : [0x08, ...varint(uid)]),
  ...(gid === 0 ? [] : [0x10, ...varint(gid)]),
]

function varint(value: number): number[] {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  return [...bytes, left]
}
