import type { FileGrowth } from '@lading/content-store'
import type { Algorithm, Digest } from '@lading/digest'
import type { ErrorOptions } from '@lading/errors'
import type { LayerBounds } from './layer-bounds.ts'
import type { Uncompressed } from './layer-store.ts'

/** What a thread needs to know to work on a layer; survives structured cloning. */
export interface Job {
  readonly digest: Digest
  /** Of the blob, in bytes. */
  readonly size: number
  /** Of the committed blob. */
  readonly path: string
  readonly growth?: FileGrowth | undefined
  /** The layer's names are computed in these too. */
  readonly algorithms?: readonly Algorithm[] | undefined
  readonly checksums?: boolean | undefined
  readonly bounds: LayerBounds
  /** An `Int32Array` of one; not 0: give up. */
  readonly control: SharedArrayBuffer
}

/** An error on its way between threads, where classes get lost. */
export interface Failure {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly options: Omit<ErrorOptions, 'cause'>
}

export type Outcome =
  | ({ readonly outcome: 'done'; readonly consumed: number } & Uncompressed)
  /** The blob is right and does not decompress. */
  | { readonly outcome: 'corrupt'; readonly failure: Failure }
  /** The blob's bytes are not right, or could not be had. */
  | {
      readonly outcome: 'source'
      readonly message: string
      readonly options?: ErrorOptions | undefined
      readonly failure?: Failure | undefined
    }
  /** Nobody foresaw it; it is about this job alone. */
  | { readonly outcome: 'broken'; readonly failure: Failure }
  | { readonly outcome: 'aborted' }
