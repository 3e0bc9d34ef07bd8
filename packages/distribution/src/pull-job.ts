import type { Platform, Schemas } from '@lading/manifest'
import type { Emit } from './emit.ts'
import type { ArrivingImage } from './puller.ts'
import type { RangeOptions } from './range-options.ts'
import type { PullClient, PullDocuments, PullDelivery, PullStore, PullTransfers } from './ports.ts'

/** What stays the same from the endpoint loop down to the last layer of one pull. */
export interface PullJob {
  readonly store: PullStore
  readonly client: PullClient
  readonly transfers: PullTransfers
  readonly delivery: PullDelivery
  readonly platform: Platform
  readonly verify: 'full' | 'digest'
  readonly verifyStored: boolean
  readonly resume: boolean
  /** How a layer is fetched by several requests at once. */
  readonly ranges: Omit<RangeOptions, 'size'>
  readonly allowForeignUrls: boolean
  /** With schema 1, where that was allowed; else the client's own. */
  readonly schemas: Schemas<PullDocuments> | undefined
  readonly emit: Emit
  /** Never throws. */
  readonly onArriving?: ((image: ArrivingImage) => void) | undefined
  readonly signal: AbortSignal
}
