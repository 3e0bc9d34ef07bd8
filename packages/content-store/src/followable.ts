import type { AbortOptions } from '@lading/clock'

/** What comes of a blob on its way in. `restart`: everything before is void, the blob comes again from its start. */
export type Followed = Uint8Array | 'restart'

/** The growth of an engine whose blobs can be followed within this process. */
export interface Followable {
  /** The bytes from the first one on, as they come; ends when the blob is verified. @throws when its ingest ended otherwise, and the reason of the signal */
  follow(options?: AbortOptions): AsyncIterable<Followed>
}
