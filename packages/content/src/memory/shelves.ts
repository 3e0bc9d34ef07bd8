import type { Digest } from '@lading/digest'
import type { Hasher } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'

/** What a memory holds. */
export interface Shelves {
  readonly blobs: Map<Digest, Uint8Array>
  readonly names: Map<string, Descriptor>
  /** What interrupted receivers left. Whoever goes on with one takes it out. */
  readonly partials: Map<Digest, Partial>
  /** What deliveries that have not ended keep, each its own. */
  readonly held: Set<ReadonlySet<Digest>>
}

/** The start of a blob. */
export interface Partial {
  readonly chunks: Uint8Array[]
  /** Of these chunks. */
  readonly hasher: Hasher
  length: number
  validator: string | undefined
}
