import type { Clock } from '../clock.ts'

/** Per host, the moment before which nothing is asked there. */
export interface HostGates {
  /** Resolves when the host may be asked. */
  pass(host: string, options?: { signal?: AbortSignal | undefined }): Promise<void>
  /** Holds every request to the host for so long from now; a shorter pause never shortens a longer one. */
  pause(host: string, ms: number): void
}

export function createHostGates(clock: Clock): HostGates {
  const until = new Map<string, number>()
  return {
    async pass(host, options = {}) {
      for (let wait = (until.get(host) ?? 0) - clock.now(); wait > 0; wait = (until.get(host) ?? 0) - clock.now()) {
        await clock.sleep(wait, options)
      }
      until.delete(host)
    },
    pause(host, ms) {
      until.set(host, Math.max(until.get(host) ?? 0, clock.now() + ms))
    },
  }
}
