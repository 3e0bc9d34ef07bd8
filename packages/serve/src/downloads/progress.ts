import type { Descriptor } from '@lading/manifest'

/** How a download ended. */
export type Outcome = { readonly here: true } | { readonly error: unknown }

/** What a reader of a blob on its way sees of it. */
export interface DownloadView {
  /** Known once it is answered. */
  readonly blob: Descriptor | undefined
  /** It is being written, so that it can be read while it comes. */
  readonly open: boolean
  /** Another process writes it, and may end without a word. */
  readonly elsewhere: boolean
  /** Raised when what could be read until then counts no more. */
  readonly generation: number
  readonly outcome: Outcome | undefined
  /** Goes off when it has failed. */
  readonly failed: AbortSignal
  /** Resolves with the next change of any of these. */
  changed(): Promise<void>
}

/** The writing end of what readers see. */
export interface Progress extends DownloadView {
  /** Its size is known. */
  known(blob: Descriptor): void
  opened(where: 'here' | 'elsewhere'): void
  voided(): void
  /** Once; `false`: it had ended. */
  ended(outcome: Outcome): boolean
}

export function createProgress(): Progress {
  let blob: Descriptor | undefined
  let open = false
  let elsewhere = false
  const failing = new AbortController()
  let generation = 0
  let outcome: Outcome | undefined
  let next: PromiseWithResolvers<void> | undefined
  const tell = (): void => {
    const changed = next
    next = undefined
    changed?.resolve()
  }
  return {
    get blob() {
      return blob
    },
    get open() {
      return open
    },
    get elsewhere() {
      return elsewhere
    },
    failed: failing.signal,
    get generation() {
      return generation
    },
    get outcome() {
      return outcome
    },
    changed: () => (next ??= Promise.withResolvers<void>()).promise,
    known: (found) => void (blob = found),
    opened(where) {
      open = true
      elsewhere = where === 'elsewhere'
      tell()
    },
    voided() {
      open = false
      elsewhere = false
      generation += 1
      tell()
    },
    ended(how) {
      if (outcome !== undefined) return false
      outcome = how
      if ('error' in how) failing.abort(how.error)
      tell()
      return true
    },
  }
}
