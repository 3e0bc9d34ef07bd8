import type { Clock } from '@lading/clock'

/**
 * A clock for how old a look is: the monotonic one, and what the wall clock went ahead of it. A machine that slept has stopped its
 * monotonic clock, and everybody else's went on; whoever is set forward only begins again.
 *
 * @param wall in milliseconds since 1970
 */
export function ageingClock(clock: Pick<Clock, 'now'>, wall: () => number = Date.now): () => number {
  const began = wall() - clock.now()
  let slept = 0
  return () => {
    const monotonic = clock.now()
    slept = Math.max(slept, wall() - monotonic - began)
    return monotonic + slept
  }
}
