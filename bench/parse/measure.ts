export interface Row {
  readonly what: string
  /** `1,234,000 a second`, `0.58 GB/s` … */
  readonly rate: string
  /** Beside what it is compared with, and the goal. */
  readonly beside?: string | undefined
}

const rounds = 15
const roundMs = 60

/** Calls a second: the best of some rounds, since everything that disturbs makes it slower. */
export function callsPerSecond(call: () => void): number {
  let calls = 1
  // Until a round is long enough to be measured; the engine has compiled everything by then.
  for (;;) {
    const ms = timeOf(call, calls)
    if (ms >= roundMs) break
    calls = Math.max(calls * 2, Math.ceil((calls * roundMs * 1.1) / Math.max(ms, 0.01)))
  }
  return (calls / Math.min(...Array.from({ length: rounds }, () => timeOf(call, calls)))) * 1000
}

function timeOf(call: () => void, calls: number): number {
  const began = performance.now()
  for (let count = 0; count < calls; count++) call()
  return performance.now() - began
}

/** Processor seconds of this process, all its threads, that the work takes: the best of some rounds. */
export async function cpuSeconds(work: () => void | Promise<void>): Promise<number> {
  let best = Infinity
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1e6)
  }
  return best
}

export const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en-US')} a second`
