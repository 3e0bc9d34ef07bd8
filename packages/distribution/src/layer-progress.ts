import type { RetryEvent } from '@lading/transfer'

/** What the watchers of a layer's transfer hear. */
export type LayerProgress =
  | { readonly phase: 'waiting' | 'verifying' | 'verified' }
  /** Bytes of the blob; `total` is its whole size. */
  | { readonly phase: 'bytes'; readonly current: number; readonly total: number }
  /** The same; `arriving`: the blob is still on its way. */
  | {
      readonly phase: 'extracting'
      readonly current: number
      readonly total: number
      readonly arriving?: boolean | undefined
    }
  | { readonly phase: 'resume'; readonly offset: number; readonly total: number }
  | ({ readonly phase: 'retry' } & RetryEvent)
