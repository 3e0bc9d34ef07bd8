/** Checks in addition to those of decoding itself. */
export interface Checks {
  /**
   * `false`: the CRC-32 of gzip's members (RFC 1952, section 2.3.1) is not computed, for callers that compare the output with
   * a digest: it takes a tenth of the time. Their lengths, their headers' checksums and those of zstd are checked in any
   * case. Default `true`.
   */
  readonly checksums?: boolean | undefined
}

/** One format's decoder: fed all the input in order, in any pieces. */
export interface Decoder {
  /** The output, piece by piece, each valid until the next one is requested. The chunk is used up when they end. */
  push(chunk: Uint8Array): Iterable<Uint8Array>
  /** Throws if the input was cut off. */
  end(): void
  /** Frees native memory. */
  close(): void
}
