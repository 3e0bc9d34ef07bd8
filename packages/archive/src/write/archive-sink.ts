/** Where the bytes of an archive go: a file, standard output, a socket. */
export interface ArchiveSink {
  /** Bytes are not read any more once their `write` has settled, so their memory can be reused. */
  readonly givesBack?: true | undefined
  /** Called in order: the next call comes when this one has settled. The bytes must not be changed. */
  write(bytes: Uint8Array): void | Promise<void>
  /**
   * Removes everything from byte `length` on. Without it the sink is a pipe: a blob whose bytes turn out to be wrong
   * breaks the archive.
   */
  truncate?: ((length: number) => Promise<void>) | undefined
  /** Everything was written, and the archive is complete. */
  finish?: (() => Promise<void>) | undefined
  /** The archive is abandoned. Called at most once, and not after `finish` succeeded; must not reject. */
  abort?: (() => Promise<void>) | undefined
}
