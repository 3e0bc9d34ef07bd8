import type { Platform } from '@lading/manifest'
import type { Emit } from './emit.ts'
import type { PullClient, PullLease, PullStore, PullTransfers } from './ports.ts'

/** What stays the same from the endpoint loop down to the last layer of one pull. */
export interface PullJob {
  readonly store: PullStore
  readonly client: PullClient
  readonly transfers: PullTransfers
  readonly lease: PullLease
  readonly platform: Platform
  readonly verify: 'full' | 'digest'
  readonly allowForeignUrls: boolean
  readonly emit: Emit
  readonly signal: AbortSignal
}
