import { systemClock, type Clock } from '@lading/clock'

/** Time as it is, but for waits of a minute and more, which pass at once. */
export function hurriedClock(): Clock {
  let skippedMs = 0
  return {
    now: () => systemClock.now() + skippedMs,
    async sleep(ms, options) {
      if (ms < 60_000) return systemClock.sleep(ms, options)
      skippedMs += ms
    },
    random: () => systemClock.random(),
  }
}
