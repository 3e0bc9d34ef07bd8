import { algorithmOf, hexOf, isDigest, type Digest } from '@lading/digest'

// Every key of the store is made and read here. Numbers are padded, so that the order of keys is theirs.

const generationDigits = 8
const offsetDigits = 16
const nonceForm = '[0-9a-f]{16}'

/** What says of which form all else is. */
export const formatKey = 'format'

/** Who looks at everything from time to time: see `collectorSeat`. */
export const collectorKey = 'collector'

/** Before the keys of each kind. */
export const prefixes: {
  readonly blobs: 'blobs/'
  /** Content on its way whose digest is not known. */
  readonly unnamed: 'unnamed/'
  readonly names: 'names/'
  /** What numbers removed names had got to. */
  readonly retired: 'retired/'
  readonly leases: 'leases/'
  readonly records: 'records/'
  readonly notes: 'notes/'
} = {
  blobs: 'blobs/',
  unnamed: 'unnamed/',
  names: 'names/',
  retired: 'retired/',
  leases: 'leases/',
  records: 'records/',
  notes: 'notes/',
}

/** Before all keys of one blob. @throws `DigestError` */
export const blobPrefix = (digest: Digest): string => `${prefixes.blobs}${algorithmOf(digest)}/${hexOf(digest)}/`

/** The objects of one owner's attempt at a blob. Generations count from 1. */
export interface GenerationKeys {
  /** Created by whoever is its owner. */
  readonly claim: string
  /** Put over and over while the owner lives. */
  readonly beat: string
  /** Created last: the list of its chunks, which alone makes the blob present. */
  readonly done: string
  /** Created by a collector, of its nonce: this generation and all before it are about to be deleted. */
  condemned(nonce: string): string
  /** What becomes of them after all, created once. `nonce`: as above. */
  verdict(nonce: string): string
  /** Created by a collector, of its nonce: this generation alone, which is not done, is about to be deleted. */
  forsaken(nonce: string): string
  /** `offset`: of its first byte in the blob. `nonce`: the owner's, so that nobody's chunk is in another's way. */
  chunk(offset: number, nonce: string): string
}

/** @throws `DigestError` */
export function generationKeys(digest: Digest, generation: number): GenerationKeys {
  const prefix = `${blobPrefix(digest)}${String(generation).padStart(generationDigits, '0')}/`
  return {
    claim: `${prefix}claim`,
    beat: `${prefix}beat`,
    done: `${prefix}done`,
    condemned: (nonce) => `${prefix}condemned-${nonce}`,
    verdict: (nonce) => `${prefix}verdict-${nonce}`,
    forsaken: (nonce) => `${prefix}forsaken-${nonce}`,
    chunk: (offset, nonce) => `${prefix}${chunkName(offset, nonce)}`,
  }
}

const chunkName = (offset: number, nonce: string): string =>
  `chunk-${String(offset).padStart(offsetDigits, '0')}-${nonce}`

/** What a key below `blobs/` is. */
export interface BlobKey {
  readonly digest: Digest
  readonly generation: number
  readonly part:
    | 'claim'
    | 'beat'
    | 'done'
    | 'condemned'
    | 'verdict'
    | 'forsaken'
    | {
        /** Of its first byte in the blob. */
        readonly offset: number
        readonly nonce: string
      }
  /** Of who condemned it. */
  readonly collector?: string | undefined
}

const blobKeyForm = new RegExp(
  `^blobs/([a-z0-9]+)/([0-9a-f]+)/([0-9]{${generationDigits}})/(?:(claim|beat|done)|(condemned|verdict|forsaken)-(${nonceForm})|chunk-([0-9]{${offsetDigits}})-(${nonceForm}))$`,
)

/** `undefined`: none of ours. */
export function parseBlobKey(key: string): BlobKey | undefined {
  const [, algorithm, hex, generation, part, mark, collector, offset, nonce = ''] = blobKeyForm.exec(key) ?? []
  const digest = `${algorithm}:${hex}`
  if (!isDigest(digest)) return undefined
  const blob = { digest, generation: Number(generation) }
  if (mark === 'condemned' || mark === 'verdict' || mark === 'forsaken') return { ...blob, part: mark, collector }
  if (part === 'claim' || part === 'beat' || part === 'done') return { ...blob, part }
  return { ...blob, part: { offset: Number(offset), nonce } }
}

/** The objects of content whose digest is not known yet; `nonce`: its owner's. */
export const unnamedKeys = (
  nonce: string,
): {
  readonly prefix: string
  readonly beat: string
  chunk(offset: number): string
} => {
  const prefix = `${prefixes.unnamed}${nonce}/`
  return { prefix, beat: `${prefix}beat`, chunk: (offset) => `${prefix}${chunkName(offset, nonce)}` }
}

/** The owner of content without a digest. `undefined`: the key is none of ours. */
export const unnamedOwner = (key: string): string | undefined => new RegExp(`^unnamed/(${nonceForm})/`).exec(key)?.[1]

const versionDigits = 12

/** Before all versions of one name. `sha256`: of the name, in hexadecimal. */
export const namePrefix = (sha256: string): string => `${prefixes.names}${sha256}/`

/** One version of a name: they count from 1, and each is created once. */
export const nameKey = (sha256: string, version: number): string =>
  `${namePrefix(sha256)}${String(version).padStart(versionDigits, '0')}`

/** `undefined`: none of ours. */
export function parseNameKey(key: string): { readonly sha256: string; readonly version: number } | undefined {
  const [, sha256, version] = new RegExp(`^names/([0-9a-f]{64})/([0-9]{${versionDigits}})$`).exec(key) ?? []
  return sha256 === undefined ? undefined : { sha256, version: Number(version) }
}

/** Before the number that a removed name had got to. */
export const retiredPrefix = (sha256: string): string => `${prefixes.retired}${sha256}/`

export const retiredKey = (sha256: string, version: number): string =>
  `${retiredPrefix(sha256)}${String(version).padStart(versionDigits, '0')}`

/** `undefined`: none of ours. */
export function parseRetiredKey(key: string): { readonly sha256: string; readonly version: number } | undefined {
  const [, sha256, version] = new RegExp(`^retired/([0-9a-f]{64})/([0-9]{${versionDigits}})$`).exec(key) ?? []
  return sha256 === undefined ? undefined : { sha256, version: Number(version) }
}

/** `nonce`: its owner's. */
export const leaseKey = (nonce: string): string => `${prefixes.leases}${nonce}`

/** Whether it is the key of a lease. */
export const isLeaseKey = (key: string): boolean => new RegExp(`^leases/${nonceForm}$`).test(key)

/** `kind`: as in `RecordKind` of the content store. @throws `DigestError` */
export const recordKey = (kind: string, key: Digest): string =>
  `${prefixes.records}${kind}/${algorithmOf(key)}/${hexOf(key)}`

/** Before all records of one kind. */
export const recordPrefix = (kind: string): string => `${prefixes.records}${kind}/`

/** `undefined`: none of ours. */
export function parseRecordKey(key: string): { readonly kind: string; readonly digest: Digest } | undefined {
  const [, kind = '', algorithm, hex] = /^records\/([a-z-]+)\/([a-z0-9]+)\/([0-9a-f]+)$/.exec(key) ?? []
  const digest = `${algorithm}:${hex}`
  return isDigest(digest) ? { kind, digest } : undefined
}
