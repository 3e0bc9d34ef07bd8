/** Parallel parts of one pull that stand or fall together. */
export interface Together {
  /** Fires when the caller aborts or when a part failed. */
  readonly signal: AbortSignal
  /** The part whose error wins over all others'. */
  first<Result>(part: () => Promise<Result>): Promise<Result>
  /**
   * A further part. Of several errors that of the lowest rank is reported.
   *
   * @param rank default: that of the order in which parts are added
   */
  next<Result>(part: () => Promise<Result>, rank?: number): Promise<Result>
  /**
   * Waits until every part has ended, so that nothing runs on behind the caller's back.
   *
   * @throws the caller's abort reason; else the first part's error; else that of the lowest part which failed by itself
   */
  settle(): Promise<void>
}

/**
 * The first failure ends the other parts at once; theirs are then only echoes and never reported
 * (docs/decisions/rules-of-a-pull.md).
 */
export function together(caller: AbortSignal): Together {
  const echo = new Error('another part of the pull failed')
  const failure = new AbortController()
  const signal = AbortSignal.any([caller, failure.signal])
  const parts: { readonly rank: number; readonly running: Promise<unknown> }[] = []
  let winner: Promise<unknown> | undefined

  const start = async <Result>(part: () => Promise<Result>): Promise<Result> => {
    try {
      return await part()
    } catch (error) {
      failure.abort(echo)
      throw error
    }
  }
  const errorOf = (outcome: PromiseSettledResult<unknown>): unknown =>
    outcome.status === 'rejected' && outcome.reason !== echo ? outcome.reason : undefined

  return {
    signal,
    first<Result>(part: () => Promise<Result>): Promise<Result> {
      const running = start(part)
      winner = running
      return running
    },
    next<Result>(part: () => Promise<Result>, rank = parts.length): Promise<Result> {
      const running = start(part)
      parts.push({ rank, running })
      return running
    },
    async settle() {
      const ranked = parts.toSorted((a, b) => a.rank - b.rank).map(({ running }) => running)
      const outcomes = await Promise.allSettled(winner === undefined ? ranked : [winner, ...ranked])
      caller.throwIfAborted()
      const error = outcomes.map(errorOf).find((reason) => reason !== undefined)
      if (error !== undefined) throw error
    },
  }
}
