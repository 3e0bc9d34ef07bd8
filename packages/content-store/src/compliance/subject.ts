import type { Digest } from '@lading/digest'
import type { ContentStore } from '../content-store.ts'

/** What is under test: a store of its own for each case. */
export interface ContentStoreSubject {
  create(): Promise<{
    readonly store: ContentStore
    /** A second store over the same bytes, as another process would open it. Absent: the same one. */
    readonly again?: (() => Promise<ContentStore>) | undefined
    /** Changes one byte of a committed blob behind the store's back. Absent: damage is not tested. */
    readonly damage?: ((digest: Digest) => Promise<void>) | undefined
    /** Whether what is needed comes back when the trash is emptied: see `emptyTrash`. Default false. */
    readonly removesInSteps?: boolean | undefined
    readonly dispose?: (() => Promise<void>) | undefined
  }>
}
