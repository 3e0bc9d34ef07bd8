import { algorithmOf, hexOf, isDigest, type Digest } from '@lading/digest'

// Every key of the store is made and read here. Numbers are padded, so that the order of keys is theirs.

const generationDigits = 8
const offsetDigits = 16
const nonceForm = '[0-9a-f]{16}'

/** What says of which form all else is. */
export const formatKey = 'format'

/** Before the keys of each kind. */
export const prefixes: {
  readonly blobs: 'blobs/'
  /** Content on its way whose digest is not known. */
  readonly unnamed: 'unnamed/'
  readonly names: 'names/'
  readonly leases: 'leases/'
  readonly records: 'records/'
} = { blobs: 'blobs/', unnamed: 'unnamed/', names: 'names/', leases: 'leases/', records: 'records/' }

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
  /** Created by a collector: this generation and all before it are about to be deleted. */
  readonly condemned: string
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
    condemned: `${prefix}condemned`,
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
    | {
        /** Of its first byte in the blob. */
        readonly offset: number
        readonly nonce: string
      }
}

const blobKeyForm = new RegExp(
  `^blobs/([a-z0-9]+)/([0-9a-f]+)/([0-9]{${generationDigits}})/(?:(claim|beat|done|condemned)|chunk-([0-9]{${offsetDigits}})-(${nonceForm}))$`,
)

/** `undefined`: none of ours. */
export function parseBlobKey(key: string): BlobKey | undefined {
  const [, algorithm, hex, generation, part, offset, nonce = ''] = blobKeyForm.exec(key) ?? []
  const digest = `${algorithm}:${hex}`
  if (!isDigest(digest)) return undefined
  return {
    digest,
    generation: Number(generation),
    part:
      part === 'claim' || part === 'beat' || part === 'done' || part === 'condemned'
        ? part
        : { offset: Number(offset), nonce },
  }
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

/** `nonce`: its owner's. */
export const leaseKey = (nonce: string): string => `${prefixes.leases}${nonce}`

/** `kind`: as in `RecordKind` of the content store. @throws `DigestError` */
export const recordKey = (kind: string, key: Digest): string =>
  `${prefixes.records}${kind}/${algorithmOf(key)}/${hexOf(key)}`
