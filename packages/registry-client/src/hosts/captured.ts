/** What came of reading something that most runs never need: its error is thrown to whoever needs it. */
export type Captured<T> = { readonly value: T } | { readonly error: unknown }

/** Errors are kept, except the caller's own abort. */
export async function capture<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<Captured<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    signal?.throwIfAborted()
    return { error }
  }
}

/** @throws what was captured */
export function release<T>(captured: Captured<T>): T {
  if ('error' in captured) throw captured.error
  return captured.value
}
