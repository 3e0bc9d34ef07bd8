import type { ContentStore, Leases, Reserve, StoreFile } from '@lading/content-store'
import type { ImageStore } from '@lading/image-store'
import type { LayerStore } from '@lading/layer-store'
import type { Platform } from '@lading/manifest'
import type { ReferenceStore } from '@lading/reference-store'

/** The stores under one root, as the verbs of this package use them. */
export interface Parts {
  readonly root: string
  readonly contents: ContentStore
  readonly images: ImageStore
  readonly layers: LayerStore
  readonly references: ReferenceStore
  readonly leases: Leases
  readonly reserve: Reserve
  /** Shown first where an index is here for several. */
  readonly platform: Platform
  /** By the clock that stamps the files of this root, in milliseconds since 1970. Writes a file for it. */
  now(): Promise<number>
  /** Everything under the root, by what it is there for. */
  files(): AsyncIterable<StoreFile>
  /** Before anything is written: the root is made a store with its reserve, or the caller is told why not. */
  writable(): Promise<void>
  /**
   * The same before something that is here is renamed or removed, for which no store is made. `false`: there is none.
   *
   * @throws `ROOT_INVALID` where somebody else's files are
   */
  changeable(): Promise<boolean>
}
