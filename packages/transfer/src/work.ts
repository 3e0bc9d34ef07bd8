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
   * Runs `wait`, which waits for somebody whom nobody here controls (a consumer that takes what was fetched), while others
   * have the slot. Afterwards it is ours again at once, so that nothing which is under way stands still: until others give
   * theirs back there may be one too many.
   */
  readonly lendSlot: <T>(wait: () => Promise<T>) => Promise<T>
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
  /**
   * `false`: final. Otherwise again, after the back-off of its class (default: the transfers' own), and after `afterMs`
   * (milliseconds) at least: a server's word.
   */
  retry(error: unknown): false | Retry
  /** Called before each wait, and once a second during it, for a countdown. */
  onRetry?: ((event: RetryEvent) => void) | undefined
}

/** How a failed attempt is repeated. */
export interface Retry {
  readonly afterMs?: number | undefined
  /** A name in `retries` of the transfers. Failures of each class are counted apart. */
  readonly class?: string | undefined
}

export interface RetryEvent {
  /** The attempt that failed, counted from 1 since the last progress, those of its class alone. */
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

export interface RunOptions {
  /** Leaves the transfer; `result` rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** How much there is to move, in any unit: of those that wait, the largest is next. Default: first of all. Who joins changes nothing. */
  readonly size?: number | undefined
}

export interface Transfers {
  /** Starts the work under `key`, or joins the one that runs (then `work` is not called). */
  run<Result, Progress>(key: string, work: Work<Result, Progress>, options?: RunOptions): Watch<Result, Progress>
  /** How many may move data at once from now on. Whoever has a slot keeps it. @throws `TRANSFER_OPTION_INVALID` */
  setLimit(limit: number): void
  /** Cancels everything and waits for its end. Watches of what was cancelled, and of later `run` calls, reject with `TRANSFERS_CLOSED`. */
  close(): Promise<void>
}
