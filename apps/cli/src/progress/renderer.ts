import type { PullEvent } from '@lading/distribution'

/** One way to show a pull. All of them are fed the same events. */
export interface Renderer {
  /** A line of the command line's own, such as `Using default tag: latest`. */
  readonly note: (line: string) => void
  readonly event: (event: PullEvent) => void
  /** Shows the last state and leaves the terminal as it was. Idempotent. */
  readonly close: () => void
}

export type ProgressMode = 'auto' | 'tty' | 'plain' | 'json'
