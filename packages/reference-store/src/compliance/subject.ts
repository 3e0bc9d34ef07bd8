import type { ReferenceStore } from '../reference-store.ts'

/** What is under test: a store of its own, without names, for each case. */
export interface ReferenceStoreSubject {
  create(): Promise<{
    readonly store: ReferenceStore
    /** A second store over the same names, as another process would open it. */
    readonly again: () => Promise<ReferenceStore>
    /**
     * Updates run beside each other, and one that others were faster than ends with `LOCK_LOST`: with any name, or `by name`,
     * with one of those that it changes. Default false: one at a time.
     */
    readonly optimistic?: boolean | 'by name' | undefined
    readonly dispose?: (() => Promise<void>) | undefined
  }>
}

/** One promise of the contract. */
export interface Case {
  readonly name: string
  readonly run: (subject: Awaited<ReturnType<ReferenceStoreSubject['create']>>) => Promise<void>
}
