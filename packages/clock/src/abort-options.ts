/** The last argument of everything that waits. */
export interface AbortOptions {
  /** What waits then ends and rejects with the signal's reason. Default: nothing ends it. */
  readonly signal?: AbortSignal | undefined
}
