import type { Difference } from './differences.ts'

export type Peer = 'umoci' | 'podman' | 'docker' | 'tar'

/** Why a tree of another program differs from ours. */
export interface Explanation {
  readonly why: string
  readonly peers: readonly Peer[]
  readonly images: RegExp
  readonly path: RegExp
  readonly fields: readonly string[]
  /** When not every difference there is meant. */
  readonly fits?: ((difference: Difference) => boolean) | undefined
  /** No other program has what we have: that is chosen, for this reason. Without it, one of them must agree with us. */
  readonly chosen?: string | undefined
}

const any = /^/s

export const explanations: readonly Explanation[] = [
  {
    why: "a directory that no layer has an entry for: theirs is of the time of the day, and podman's and docker's root is the program's own",
    peers: ['umoci', 'podman', 'docker', 'tar'],
    images: /^(?:without-entries|sparse|sparse-gnu|machine)$/,
    path: /^(?:|a|a\/b|a\/d|etc|usr|usr\/share)$/,
    fields: ['mtime', 'mode'],
    chosen: 'the same layers give the same tree',
  },
  {
    why: 'the root of an overlay file system, or of an archive that has no entry for it, is not the one of the layers',
    peers: ['podman', 'docker'],
    images: any,
    path: /^$/,
    fields: ['mtime', 'mode'],
  },
  {
    why: 'an upper layer changes what is in a directory, and has no entry for it: on an overlay file system it is of the time of the day',
    peers: ['podman', 'docker'],
    images: /^difficult$/,
    path: /^(?:hard-links|kinds|special|times|times\/d|times\/d\/untouched|whiteouts|whiteouts\/d|whiteouts\/kept)$/,
    fields: ['mtime'],
  },
  {
    why: 'an overlay file system counts names in lower layers that are hidden',
    peers: ['podman'],
    images: /^difficult$/,
    path: /^hard-links\/[qy]$/,
    fields: ['links'],
  },
  {
    why: 'they take mode, owner and time from the entry of the hard link, which is to be another name only (POSIX, pax)',
    peers: ['podman', 'docker'],
    images: /^difficult$/,
    path: /^hard-links\/(?:tells|told)-otherwise$/,
    fields: ['mode', 'owner', 'mtime'],
  },
  {
    why: 'they know no time before 1970',
    peers: ['podman', 'docker'],
    images: /^difficult$/,
    path: /^times\/before$/,
    fields: ['mtime'],
  },
  {
    why: 'an attribute of no bytes is taken for none (archive/tar of Go)',
    peers: ['umoci', 'podman', 'docker'],
    images: /^attributes$/,
    path: /^empty$/,
    fields: ['xattrs'],
  },
  {
    why: 'holes are written as zeros (archive/tar of Go gives no others)',
    peers: ['umoci', 'podman', 'docker'],
    images: /^sparse$/,
    path: any,
    fields: ['data'],
  },
  {
    why: '`docker export` keeps whole seconds',
    peers: ['docker'],
    images: any,
    path: any,
    fields: ['mtime'],
    fits: ({ ours, theirs }) => BigInt(String(ours)) / 1_000_000_000n === BigInt(String(theirs)) / 1_000_000_000n,
  },
  {
    why: '`docker export` keeps no attributes but capabilities',
    peers: ['docker'],
    images: /^attributes$/,
    path: any,
    fields: ['xattrs'],
    fits: ({ theirs }) => Object.keys(theirs as object).every((name) => name === 'security.capability'),
  },
  {
    why: 'a container has these, whatever its image has',
    peers: ['docker'],
    images: any,
    path: /^(?:\.dockerenv|dev|dev\/(?:console|pts|shm)|etc|etc\/(?:hostname|hosts|mtab|resolv\.conf)|proc|sys)$/,
    fields: ['tree'],
    fits: ({ ours }) => ours === undefined,
  },
]

/** What a program does not unpack at all, and how it says so. */
export const refusals: readonly {
  readonly why: string
  readonly peers: readonly Peer[]
  readonly image: string
  readonly says: RegExp
}[] = [
  {
    why: 'a hard link to a file of a lower layer: it is not in the directory where this layer is unpacked alone',
    peers: ['podman', 'docker'],
    image: 'links-across-layers',
    says: /no such file or directory/,
  },
  {
    why: "GNU's old format of sparse files",
    peers: ['umoci', 'podman', 'docker'],
    image: 'sparse-gnu',
    says: /unknown typeflag '\\x53'|unhandled tar header type 83/,
  },
]
