import type { Clock } from '@lading/clock'
import type { Emit } from '../client-event.ts'
import { createHostGate, type EnterOptions, type HostGate, type Pass } from './host-gate.ts'

/** The gates of all hosts that one client talks to; each `host` or `host:port` has its own. */
export interface HostGates {
  /** Resolves when the host may be asked; rejects with the signal's reason, or the one of `close`. */
  enter(host: string, options?: EnterOptions): Promise<Pass>
  /** `undefined` when the host may not be asked now. */
  tryEnter(host: string): Pass | undefined
  /** Waits in line until the host may be asked, without asking. */
  whenOpen(host: string, options?: EnterOptions): Promise<void>
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
      gate = createHostGate(clock, {
        most,
        onLimit: (limit) => emit({ type: 'concurrency', host, limit }),
        onWait: (forMs) => emit({ type: 'wait', host, forMs }),
      })
      gates.set(host, gate)
    }
    return gate
  }
  const forgetting = (host: string, gate: HostGate, pass: Pass): Pass => ({
    idle: (is) => pass.idle(is),
    leave(verdict) {
      pass.leave(verdict)
      forget(host, gate)
    },
  })
  const forget = (host: string, gate: HostGate): void => {
    if (gate.forgettable && gates.get(host) === gate) gates.delete(host)
  }
  return {
    async enter(host, options = {}) {
      const gate = gateOf(host)
      return forgetting(host, gate, await gate.enter(options))
    },
    tryEnter(host) {
      const gate = gateOf(host)
      const pass = gate.tryEnter()
      return pass === undefined ? undefined : forgetting(host, gate, pass)
    },
    whenOpen: (host, options = {}) => gateOf(host).whenOpen(options),
    pause: (host, ms) => gateOf(host).pause(ms),
    close(reason) {
      for (const gate of gates.values()) gate.close(reason)
    },
  }
}
