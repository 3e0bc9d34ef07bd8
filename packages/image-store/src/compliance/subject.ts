import type { Digest } from '@lading/digest'
import type { ImageStore } from '../image-store.ts'

/** What is under test: a store of its own, without records, for each case. */
export interface ImageStoreSubject {
  create(): Promise<{
    readonly store: ImageStore
    /** A second store over the same records, as another process would open it. */
    readonly again: () => Promise<ImageStore>
    /** Makes a record unreadable behind the store's back. Absent: damage is not tested. */
    readonly damage?: ((id: Digest) => Promise<void>) | undefined
    readonly dispose?: (() => Promise<void>) | undefined
  }>
}

/** One promise of the contract. */
export interface Case {
  readonly name: string
  readonly run: (subject: Awaited<ReturnType<ImageStoreSubject['create']>>) => Promise<void>
}
