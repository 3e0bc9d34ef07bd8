/** Longer and longer up to a limit, and never in step with another waiter. */
export function gentleDelay(attempt: number, limitMs: number): number {
  const ceiling = Math.min(limitMs, 4 * 2 ** Math.min(attempt, 16))
  return ceiling / 2 + Math.random() * (ceiling / 2)
}
