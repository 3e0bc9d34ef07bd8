/** One format's decoder: fed all the input in order, in any pieces. */
export interface Decoder {
  /** What comes out, piece by piece, each valid until the next is asked for. The chunk is used up when they end. */
  push(chunk: Uint8Array): Iterable<Uint8Array>
  /** Throws when the input was cut short. */
  end(): void
  /** Frees native memory. */
  close(): void
}
