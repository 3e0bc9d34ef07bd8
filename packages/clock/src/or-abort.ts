import type { AbortOptions } from './abort-options.ts'

/**
 * Waits for a promise, but no longer than the signal allows. The promise goes on without its waiter.
 *
 * @throws what the promise rejects with, or the signal's reason
 */
export async function orAbort<T>(promise: Promise<T>, { signal }: AbortOptions = {}): Promise<T> {
  if (signal === undefined) return promise
  if (signal.aborted) {
    // Nobody else looks at how it ends.
    promise.catch(() => undefined)
    throw signal.reason as Error
  }
  let leave: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason as Error)
    signal.addEventListener('abort', leave)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    if (leave !== undefined) signal.removeEventListener('abort', leave)
  }
}
