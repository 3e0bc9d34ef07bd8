import type { AbortOptions } from '@lading/clock'
export interface AbortOptions {
  /** Ends the wait; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}
