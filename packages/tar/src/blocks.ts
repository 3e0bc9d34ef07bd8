/** Everything in an archive begins at a multiple of this many bytes. */
export const blockSize = 512

/** The number of zeros after a body of this size. */
export const tarPadding = (size: number): number => (blockSize - (size % blockSize)) % blockSize

/** The end of an archive: two blocks of zeros. Programs that write to tapes append more zeros, which are not needed. */
export const END_OF_ARCHIVE: Uint8Array = new Uint8Array(2 * blockSize)
