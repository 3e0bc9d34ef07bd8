import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import type { ArchivedImage } from './describe.ts'

/**
 * An archive or a layout as a source. Names are as they are written there: data, which may be no reference. `document`,
 * `open` and whoever receives from `send` verify; nothing before that is known to be right.
 */
export interface ArchiveSource extends Source {
  /** Every image, those without a name too. */
  images(options?: AbortOptions): AsyncIterable<ArchivedImage>
}
