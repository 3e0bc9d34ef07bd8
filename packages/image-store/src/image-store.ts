import type { UnderLock } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { Descriptor, Platform } from '@lading/manifest'
import type { DigestSearch } from './search-digests.ts'

/**
 * What is known of an image by its ID. Facts only, each of which stays true whatever happens to the blobs: an image is
 * present when its blobs are, never because there is a record.
 */
export interface ImageRecord {
  /** Its digest is the image ID. */
  readonly config: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>
  /** Base first. */
  readonly diffIds: readonly Digest[]
  readonly platform: Platform
  /** RFC 3339, from the config. */
  readonly created?: string | undefined
  /** Manifests that name this config, and the indexes they were reached by. Sorted. */
  readonly manifests: readonly Digest[]
  /** Layers that those manifests name (several blobs may carry one layer), and what is kept beside the image. Sorted. */
  readonly blobs: readonly Digest[]
}

/** Records of images by image ID. A cache: what cannot be read counts as absent and can be written again. */
export interface ImageStore {
  /** Writes the record, joined with the `manifests` and `blobs` of the one that is there. Says which is on disk now. */
  create(record: ImageRecord, options?: UnderLock): Promise<ImageRecord>
  get(id: Digest): Promise<ImageRecord | undefined>
  list(): AsyncIterable<ImageRecord>
  /** By image ID, or by the start of one: see `searchDigests`. */
  search(term: string): Promise<DigestSearch>
  /** `false`: was not there. */
  delete(id: Digest, options?: UnderLock): Promise<boolean>
}
