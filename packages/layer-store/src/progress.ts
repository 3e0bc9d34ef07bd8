const intervalMs = 100

/** Passes on how far the work has come, at most every 100 ms and only when it has moved. */
export function throttled(tell: (consumed: number) => void): (consumed: number) => void {
  let told = 0
  let toldAt = performance.now()
  return (consumed) => {
    if (consumed === told || performance.now() - toldAt < intervalMs) return
    told = consumed
    toldAt = performance.now()
    tell(consumed)
  }
}
