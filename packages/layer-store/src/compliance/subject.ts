import type { ContentStore } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { LayerBounds } from '../layer-bounds.ts'
import type { LayerStore } from '../layer-store.ts'

/** A layer store and the content store of the same engine, whose blobs it reads and follows. */
export interface LayerStoreParts<Growth> {
  readonly contents: ContentStore<Growth>
  readonly layers: LayerStore<Growth>
  /** A second layer store over the same records, as another process would open it. */
  readonly again: () => Promise<LayerStore<Growth>>
  /** Changes one byte of a committed blob behind the store's back. Absent: damage of blobs is not tested. */
  readonly damage?: ((blob: Digest) => Promise<void>) | undefined
  /** Makes a record unreadable behind the store's back. Absent: damage of records is not tested. */
  readonly damageRecord?: ((kind: 'layers' | 'diff-ids', key: Digest) => Promise<void>) | undefined
  readonly dispose?: (() => Promise<void>) | undefined
}

/** What is under test: stores of their own, without content, for each case. */
export interface LayerStoreSubject<Growth> {
  create(bounds?: LayerBounds): Promise<LayerStoreParts<Growth>>
}

/** One promise of the contract. */
export interface Case {
  readonly name: string
  readonly bounds?: LayerBounds | undefined
  readonly run: <Growth>(parts: LayerStoreParts<Growth>) => Promise<void>
}
