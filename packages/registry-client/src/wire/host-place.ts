import type { Admission, Admit } from '../admit.ts'
import type { EnterOptions, Pass } from './host-gate.ts'
import type { HostGates } from './host-gates.ts'
import type { Concern } from './wire-request.ts'

/** A request's place among those that move data, asked for when it can be used. */
export interface HostPlace {
  readonly held: boolean
  take(options: { readonly signal?: AbortSignal | undefined }): Promise<void>
  giveBack(): void
}

function createHostPlace(admit: Admit, { host, onWait }: Admission): HostPlace {
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

/** A place for a request that brings a blob, given back at its end: the place of the host that is asked, wherever it redirects. */
export const needPlace =
  (admit: Admit): Concern =>
  (next) =>
  async (request, receive, options) => {
    if (request.admission === undefined) return await next(request, receive, options)
    const place = createHostPlace(admit, request.admission)
    try {
      await next({ ...request, place }, receive, options)
    } finally {
      place.giveBack()
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
  options: EnterOptions,
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
