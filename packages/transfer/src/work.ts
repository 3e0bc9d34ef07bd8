/**
 * What one transfer does. It is called at once; data must not move before `started` resolves.
 * The `signal` fires when the last watcher left: the work then stops and rejects with `signal.reason`.
 */
export type Work<Result, Progress> = (context: WorkContext<Progress>) => Promise<Result>

export interface WorkContext<Progress> {
  /** The latest value goes to every watcher; a slow watcher skips values, the last one is never lost. */
  readonly report: (progress: Progress) => void
  /** Resolves when a slot is ours for the first time. Rejects with the signal's reason when the last watcher leaves before that. */
  readonly started: Promise<void>
  /** Gives the slot back early and for good: what follows (waiting for a parent, verifying) needs none. Idempotent. */
  readonly releaseSlot: () => void
  /**
   * Runs `once` until it succeeds, its error is final, or it failed too often without progress. A slot that is ours goes
   * back while it counts down to the next attempt (of several at once, while all do), and is asked for again before it.
   */
  readonly attempt: <T>(once: (signal: AbortSignal) => Promise<T>, how: AttemptPolicy) => Promise<T>
  readonly signal: AbortSignal
}

export interface AttemptPolicy {
  /** How far the work is, in any unit. A larger value than at any failure before resets the count of attempts. */
  position(): number
  /** `false`: final. Otherwise again, after the transfer's own back-off, and after `afterMs` (milliseconds) at least: a server's word. */
  retry(error: unknown): false | { readonly afterMs?: number | undefined }
  /** Called before each wait, and once a second during it, for a countdown. */
  onRetry?: ((event: RetryEvent) => void) | undefined
}

export interface RetryEvent {
  /** The attempt that failed, counted from 1 since the last progress. */
  readonly attempt: number
  /** Whole seconds left until the next attempt, at least 1. */
  readonly seconds: number
  readonly error: unknown
}

/** One watcher of a transfer. Iterating gives the latest progress and ends with the work. */
export interface Watch<Result, Progress> extends AsyncIterable<Progress> {
  /** The work's outcome; rejects with the caller's abort reason if its own signal fires first, with `WATCH_RELEASED` after a release. */
  result(): Promise<Result>
  /** Leaves. The last to leave cancels the work and waits for its end. Idempotent. */
  release(): Promise<void>
}

export interface Transfers {
  /** Starts the work under `key`, or joins the one that runs (then `work` is not called). */
  run<Result, Progress>(
    key: string,
    work: Work<Result, Progress>,
    options?: { signal?: AbortSignal | undefined },
  ): Watch<Result, Progress>
  /** Cancels everything and waits for its end. Watches of what was cancelled, and of later `run` calls, reject with `TRANSFERS_CLOSED`. */
  close(): Promise<void>
}
