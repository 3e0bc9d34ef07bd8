/** Where the bytes of an archive go: a file, standard output, a socket. */
export interface ArchiveSink {
  /** Bytes are not looked at any more once their `write` has settled, so that their memory can be used again. */
  readonly givesBack?: true | undefined
  /** In order; the next bytes come when these were taken. They must not be changed. */
  write(bytes: Uint8Array): void | Promise<void>
  /**
   * Takes back everything from byte `length` on. Without it the sink is a pipe: a blob whose bytes turn out wrong
   * breaks the archive.
   */
  truncate?: ((length: number) => Promise<void>) | undefined
  /** All of it was written, and it is whole. */
  finish?: (() => Promise<void>) | undefined
  /** It is given up. Called at most once, and not after `finish` succeeded; must not reject. */
  abort?: (() => Promise<void>) | undefined
}
