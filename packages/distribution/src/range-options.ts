/** How a layer is fetched by several requests at once. */
export interface RangeOptions {
  /** Of the layer, in bytes. */
  readonly size: number
  /** Requests at once. */
  readonly most: number
  /** Hosts that are asked for no parts, by what sinks remember of a source. Added to. */
  readonly refused: Set<string>
  /** Bytes of a part. As many are kept in memory for each request but the first. Default 4 MiB. */
  readonly pieceBytes?: number | undefined
  /** Milliseconds, by a clock that only goes forward. */
  readonly now?: (() => number) | undefined
}
