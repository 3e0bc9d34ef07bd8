/** Waits for one thing after the other, and no longer once one of several signals goes off. */
export interface Waiting {
  /** What the promise does; rejects with the reason of a signal that goes off before. */
  result<T>(promise: PromiseLike<T>): Promise<T>
  /** Listens no more. */
  stop(): void
}

/** One listener a signal, however often is waited: `Promise.race` with a signal would keep something of each race. */
export function untilAborted(signals: readonly (AbortSignal | undefined)[]): Waiting {
  let giveUp: ((reason: unknown) => void) | undefined
  const given = signals.filter((signal) => signal !== undefined)
  const onAbort = (event: Event): void => giveUp?.((event.target as AbortSignal).reason)
  for (const signal of given) signal.addEventListener('abort', onAbort)
  return {
    result: (promise) =>
      new Promise((resolve, reject) => {
        giveUp = reject
        promise.then(resolve, reject)
        const gone = given.find(({ aborted }) => aborted)
        if (gone !== undefined) reject(gone.reason)
      }),
    stop() {
      for (const signal of given) signal.removeEventListener('abort', onAbort)
    },
  }
}
