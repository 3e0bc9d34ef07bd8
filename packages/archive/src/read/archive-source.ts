import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import type { ArchivedImage } from './describe.ts'

/**
 * An archive or a layout as a source. Names are as they are written there, and may not be valid references. `document`,
 * `open` and the receiver of `send` verify content; before that nothing is verified.
 */
export interface ArchiveSource extends Source {
  /** Every image, also those without a name. */
  images(options?: AbortOptions): AsyncIterable<ArchivedImage>
}
