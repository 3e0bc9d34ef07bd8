import type { AbortOptions } from '@lading/clock'

/** One layer to be unpacked. */
export interface LayerArchive {
  /** For events and errors: its digest, or another name. */
  readonly name: string
  /** The layer's tar archive, uncompressed; throws, at the latest at the end, if it is not the right one. */
  open(options?: AbortOptions): AsyncIterable<Uint8Array>
}
