import type { Time } from '@lading/tar'

/**
 * For Node's calls, which take seconds as a double, and keep of that the microseconds (before Node 24) or what a double
 * of today's seconds has, steps of 238 ns: half a microsecond more, so that neither makes it a microsecond less.
 */
export const inSeconds = ({ seconds, nanoseconds }: Time): number | Date => {
  // For a negative number they set the current time.
  if (seconds < 0) return new Date(seconds * 1000 + Math.floor(nanoseconds / 1_000_000))
  return nanoseconds === 0 ? seconds : seconds + (Math.floor(nanoseconds / 1000) + 0.5) / 1_000_000
}

/** Whether those calls lose precision. */
export const isFine = ({ nanoseconds }: Time): boolean => nanoseconds !== 0
