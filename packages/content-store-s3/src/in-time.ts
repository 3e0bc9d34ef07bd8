import { orAbort, type Clock } from '@lading/clock'

/**
 * Work that is given up when it takes too long: its signal is aborted then, and nobody waits for it any more.
 *
 * @returns whether it ended in time
 * @throws what it rejects with in time
 */
export async function inTime(
  { clock, ms }: { readonly clock: Clock; readonly ms: number },
  work: (options: { readonly signal: AbortSignal }) => Promise<unknown>,
): Promise<boolean> {
  const late = new AbortController()
  const over = new AbortController()
  clock.sleep(ms, { signal: over.signal }).then(
    () => late.abort(),
    () => {},
  )
  const { signal } = late
  try {
    await orAbort(work({ signal }), { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  } finally {
    over.abort()
  }
}
