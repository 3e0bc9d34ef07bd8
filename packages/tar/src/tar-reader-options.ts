import type { TarBounds } from './bounds.ts'

export interface TarReaderOptions extends TarBounds {
  /**
   * The two blocks of zeros that close an archive (POSIX.1-2024, `pax`). `optional`: it may also end behind one, or behind an
   * entry, with its padding or without; for archives whose bytes are known to be all there, by a digest say, such as layers of
   * images, which some builders leave open (umoci pads no last file) and every runtime reads. What ends at any other place is refused in either case. Default
   * `required`: nobody could tell an archive that was cut off between two entries.
   */
  readonly endMarker?: 'required' | 'optional' | undefined
}
