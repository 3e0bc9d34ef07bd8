/** Everything in an archive begins at a multiple of this many bytes. */
export const blockSize = 512

/** How many zeros follow a body of so many bytes. */
export const tarPadding = (size: number): number => (blockSize - (size % blockSize)) % blockSize

/** What closes an archive: two blocks of zeros. Programs that write to tapes go on with zeros; nobody needs them. */
export const END_OF_ARCHIVE: Uint8Array = new Uint8Array(2 * blockSize)
