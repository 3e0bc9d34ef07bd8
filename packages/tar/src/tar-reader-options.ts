import type { TarBounds } from './bounds.ts'

export interface TarReaderOptions extends TarBounds {
  /**
   * The two blocks of zeros that close an archive (POSIX.1-2024, `pax`). `optional`: it may also end after one, or after an
   * entry, with or without its padding; for archives that are known to be complete, for example by their digest, such as layers of
   * images, which some builders leave open (umoci does not pad the last file) and every runtime reads. An archive that ends elsewhere is always refused. Default
   * `required`: otherwise an archive that was cut off between two entries could not be detected.
   */
  readonly endMarker?: 'required' | 'optional' | undefined
}
