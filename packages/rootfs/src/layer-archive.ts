import type { AbortOptions } from '@lading/clock'

/** One layer, as whoever unpacks it sees it. */
export interface LayerArchive {
  /** For events and errors: its digest, or what else it is called. */
  readonly name: string
  /** The layer's tar archive, uncompressed; throws at the end at the latest when it is not the right one. */
  open(options?: AbortOptions): AsyncIterable<Uint8Array>
}
