/** What is checked beyond what decoding checks by itself. */
export interface Checks {
  /**
   * `false`: the CRC-32 of gzip's members (RFC 1952, section 2.3.1) is not computed, for whoever compares what comes out with
   * a digest: it takes a tenth of the time. Their lengths, their headers' checksums and those of zstd are checked all the
   * same. Default `true`.
   */
  readonly checksums?: boolean | undefined
}

/** One format's decoder: fed all the input in order, in any pieces. */
export interface Decoder {
  /** What comes out, piece by piece, each valid until the next is asked for. The chunk is used up when they end. */
  push(chunk: Uint8Array): Iterable<Uint8Array>
  /** Throws when the input was cut short. */
  end(): void
  /** Frees native memory. */
  close(): void
}
