import type { ContentStore, Leases, Notes, Reserve, StoreFile } from '@lading/content-store'
import type { ImageStore } from '@lading/image-store'
import type { LayerStore } from '@lading/layer-store'
import type { Platform } from '@lading/manifest'
import type { ReferenceStore } from '@lading/reference-store'
import type { Origins } from './origins.ts'
import type { SummaryPlace } from './summary-place.ts'

/**
 * What an engine gives: the stores over one place, as the verbs of this package use them. No verb knows whether they
 * are in files, in memory or elsewhere.
 */
export interface Parts {
  /** Where it is, as users name it. */
  readonly root: string
  readonly contents: ContentStore
  readonly images: ImageStore
  readonly layers: LayerStore
  readonly references: ReferenceStore
  readonly leases: Leases
  /** Absent where nothing has to be taken in advance so that something can be removed. */
  readonly reserve?: Reserve | undefined
  /** Absent: what has which origin is not remembered. */
  readonly origins?: Origins | undefined
  /** Absent: nothing is kept but what names need. */
  readonly served?: Notes | undefined
  /** Shown first where an index is here for several. */
  readonly platform: Platform
  /** By the clock that `contents.list` tells times by, in milliseconds since 1970. In files: writes one for it. */
  now(): Promise<number>
  /** Everything that is kept, by what it is there for. */
  files(): AsyncIterable<StoreFile>
  /** Absent where nothing is gained by remembering what a list of all images found out. */
  readonly summary?: SummaryPlace | undefined
  /** Before anything is written: the place is made a store, or the caller is told why not. */
  writable(): Promise<void>
  /**
   * The same before something that is here is renamed or removed, for which no store is made. `false`: there is none.
   *
   * @throws `ROOT_INVALID` where somebody else's files are
   */
  changeable(): Promise<boolean>
}
