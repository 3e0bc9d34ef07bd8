/** Whether a download is of use, looked at now and then while it goes on. */
export interface Superseded {
  /** Aborted, with the error that ends the download, when it is of none. */
  readonly signal: AbortSignal
  /** Looks now. @throws what ended it */
  assertNow(): Promise<void>
  /** Looks no more. */
  stop(): void
}

/** @param look the error that ends it, if there is one */
export function watchSuperseded(look: () => Promise<Error | undefined>, everyMs: number): Superseded {
  const ended = new AbortController()
  let looking = false
  const again = async (): Promise<void> => {
    if (looking) return
    looking = true
    try {
      const error = await look()
      if (error !== undefined) ended.abort(error)
    } catch {
      // A disk that cannot be looked at shows itself in the next write.
    } finally {
      looking = false
    }
  }
  const timer = setInterval(() => void again(), everyMs)
  timer.unref()
  const stop = (): void => clearInterval(timer)
  ended.signal.addEventListener('abort', stop)
  return {
    signal: ended.signal,
    async assertNow() {
      await again()
      ended.signal.throwIfAborted()
    },
    stop,
  }
}
