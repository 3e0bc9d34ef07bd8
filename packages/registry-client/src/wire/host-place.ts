import type { Admission, Admit } from '../admit.ts'
import type { Pass } from './host-gate.ts'
import type { HostGates } from './host-gates.ts'

/** A request's place among those that move data, asked for when it can be used. */
export interface HostPlace {
  readonly held: boolean
  take(options: { readonly signal?: AbortSignal | undefined }): Promise<void>
  giveBack(): void
}

export function createHostPlace(admit: Admit, { host, onWait }: Admission): HostPlace {
  let release: (() => void) | undefined
  return {
    get held() {
      return release !== undefined
    },
    async take({ signal }) {
      release = await admit(host, { signal, onWait })
    },
    giveBack() {
      const held = release
      release = undefined
      held?.()
    },
  }
}

/**
 * Through a host's gate. A request that needs a place has it when it is through, and holds neither while it waits for the
 * other: a place that waits at a gate would be missed at other hosts, and a pass that waits for a place would keep
 * manifests and tokens out.
 */
export async function enterGate(
  gates: HostGates,
  host: string,
  place: HostPlace | undefined,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<Pass> {
  if (place === undefined) return gates.enter(host, options)
  for (;;) {
    if (place.held) {
      const pass = gates.tryEnter(host)
      if (pass !== undefined) return pass
      place.giveBack()
    }
    await gates.whenOpen(host, options)
    await place.take(options)
  }
}
