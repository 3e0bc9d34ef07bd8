/** One format's decoder: fed all the input in order, in any pieces. */
export interface Decoder {
  push(chunk: Uint8Array): void
  /** Throws when the input was cut short. */
  end(): void
  /** Frees native memory. */
  close(): void
}
