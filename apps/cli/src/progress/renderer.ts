import type { CopyEvent, PullEvent } from '@lading/distribution'

/** What is shown of a pull, a push or a copy. */
export type ProgressEvent = PullEvent | CopyEvent

/** One way to show a pull, a push or a copy. All of them are fed the same events. */
export interface Renderer {
  /** A line of the command line's own, such as `Using default tag: latest`. */
  readonly note: (line: string) => void
  readonly event: (event: ProgressEvent) => void
  /** Shows the last state and leaves the terminal as it was. Idempotent. */
  readonly close: () => void
}

export type ProgressMode = 'auto' | 'tty' | 'plain' | 'json'
