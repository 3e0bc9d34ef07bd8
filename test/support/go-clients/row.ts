import type { Look } from './look.ts'

/** What a command left behind, for the check that stands beside it. */
export interface Ran {
  readonly stdout: string
  readonly look: Look
  /** The registry's `127.0.0.1:port`. */
  readonly host: string
  /** A file of the directory that the command ran in. */
  file(name: string): Promise<Buffer>
}

/**
 * One command as one would type it. `HOST` is the registry; `DIGEST(t/app:1)`, `LAYER(t/app:1)` and `CONFIG(t/app:1)` are
 * digests of what is there when it runs: of a manifest, of its first layer, of its config.
 */
export interface Row {
  readonly line: string
  readonly check: (ran: Ran) => void | Promise<void>
  /** For its standard input. */
  readonly input?: string | undefined
}

export const row = (line: string, check: Row['check'], input?: string): Row => ({ line, check, input })
