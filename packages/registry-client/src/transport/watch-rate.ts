/** Fewer bytes than this in a second is a stall, however regular the drip. */
const leastPerSecond = 1024

export interface RateWatch {
  start(): void
  count(bytes: number): void
  /** The receiver asked for a pause: time that passes is not the sender's. */
  pause(): void
  resume(): void
  stop(): void
}

/** Calls `onStall` when a whole window of `windowMs` brought too little while we were reading; 0: never. */
export function watchRate(windowMs: number, onStall: () => void): RateWatch {
  const least = Math.max(1, Math.floor((leastPerSecond * windowMs) / 1000))
  let timer: ReturnType<typeof setTimeout> | undefined
  let received = 0
  let paused = false
  let waited = false
  const look = (): void => {
    if (!waited && received < least) {
      timer = undefined
      onStall()
      return
    }
    received = 0
    waited = paused
    timer = setTimeout(look, windowMs)
  }
  return {
    start() {
      if (windowMs > 0) timer = setTimeout(look, windowMs)
    },
    count(bytes) {
      received += bytes
    },
    pause() {
      paused = true
      waited = true
    },
    resume() {
      paused = false
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
