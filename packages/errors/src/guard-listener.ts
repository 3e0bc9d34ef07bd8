/**
 * A listener as whoever tells it may call it, in the middle of keeping its books: it never throws.
 *
 * @param onFailure takes what the listener threw, each time; it decides what fails for it, and must not throw itself
 */
export function guardListener<Told extends readonly unknown[]>(
  listener: ((...told: Told) => void) | undefined,
  onFailure: (error: unknown) => void,
): (...told: Told) => void {
  return (...told) => {
    try {
      listener?.(...told)
    } catch (error) {
      onFailure(error)
    }
  }
}

/** What listeners threw, until somebody's call may fail with it. */
export interface HeldFailure {
  /** Keeps the first until it is thrown. */
  readonly hold: (error: unknown) => void
  /** Throws what is held, once. */
  readonly release: () => void
}

export function createHeldFailure(): HeldFailure {
  let held: { readonly error: unknown } | undefined
  return {
    hold(error) {
      held ??= { error }
    },
    release() {
      const failure = held
      held = undefined
      if (failure !== undefined) throw failure.error
    },
  }
}
