import type { Clock } from '@lading/clock'
import type { Emit } from '../client-event.ts'
import { createHostGate, type HostGate, type Pass } from './host-gate.ts'

/** The gates of all hosts that one client talks to; each `host` or `host:port` has its own. */
export interface HostGates {
  /** Resolves when the host may be asked; rejects with the signal's reason, or the one of `close`. */
  enter(host: string, options?: { signal?: AbortSignal | undefined }): Promise<Pass>
  /** Holds every request to the host for so long from now; a shorter pause never shortens a longer one. */
  pause(host: string, ms: number): void
  close(reason: unknown): void
}

export function createHostGates(
  clock: Clock,
  { most, emit }: { readonly most: number; readonly emit: Emit },
): HostGates {
  const gates = new Map<string, HostGate>()
  const gateOf = (host: string): HostGate => {
    let gate = gates.get(host)
    if (gate === undefined) {
      gate = createHostGate(clock, { most, onLimit: (limit) => emit({ type: 'concurrency', host, limit }) })
      gates.set(host, gate)
    }
    return gate
  }
  return {
    async enter(host, options = {}) {
      const gate = gateOf(host)
      const pass = await gate.enter(options)
      return {
        idle: (is) => pass.idle(is),
        leave(outcome) {
          pass.leave(outcome)
          if (gate.forgettable && gates.get(host) === gate) gates.delete(host)
        },
      }
    },
    pause: (host, ms) => gateOf(host).pause(ms),
    close(reason) {
      for (const gate of gates.values()) gate.close(reason)
    },
  }
}
