import type { Clock } from '@lading/clock'
import type { Admission, Admit, AdmittedPlace } from '../admit.ts'
import type { EnterOptions, Pass } from './host-gate.ts'
import type { HostGates } from './host-gates.ts'
import type { Concern } from './wire-request.ts'

/** A request's place among those that move data, asked for when it can be used. */
export interface HostPlace {
  readonly held: boolean
  take(options: { readonly signal?: AbortSignal | undefined }): Promise<void>
  giveBack(): void
  /** Whether other hosts can have it while this one is waited for. */
  readonly lendable: boolean
  /** The host has to be waited for, or no longer. */
  wait(is: boolean): void
  /** Whoever takes the body makes the host wait, or does so no longer. */
  idle(is: boolean): void
}

/** A taker who makes us wait for longer is none that we control, and keeps no others from their downloads. */
const patienceMs = 1000

function createHostPlace(admit: Admit, { host, onWait, size }: Admission, clock: Clock): HostPlace {
  let release: AdmittedPlace | undefined
  let waiting: AbortController | undefined
  let lent = false
  const goOn = (): void => {
    if (waiting === undefined) return
    waiting.abort()
    waiting = undefined
    if (lent) release?.takeBack?.()
    lent = false
  }
  return {
    get held() {
      return release !== undefined
    },
    get lendable() {
      return release?.lendWhole !== undefined && release.takeBack !== undefined
    },
    async take({ signal }) {
      release = await admit(host, { signal, onWait, size })
    },
    idle(is) {
      if (!is) return goOn()
      if (release?.lend === undefined || waiting !== undefined) return
      const mine = (waiting = new AbortController())
      clock.sleep(patienceMs, { signal: mine.signal }).then(
        () => {
          if (waiting !== mine) return
          lent = true
          release?.lend?.()
        },
        () => undefined,
      )
    },
    wait(is) {
      if (is) release?.lendWhole?.()
      else release?.takeBack?.()
    },
    giveBack() {
      goOn()
      const held = release
      release = undefined
      held?.()
    },
  }
}

/** A place for a request that brings a blob, given back at its end: the place of the host that is asked, wherever it redirects. */
export const needPlace =
  (admit: Admit, clock: Clock): Concern =>
  (next) =>
  async (request, receive, options) => {
    if (request.admission === undefined) return await next(request, receive, options)
    const place = createHostPlace(admit, request.admission, clock)
    try {
      await next({ ...request, place }, receive, options)
    } finally {
      place.giveBack()
    }
  }

/**
 * Through a host's gate. A request that needs a place has it when it is through, and waits for it without a pass, which
 * would keep manifests and tokens out. When it has one and the gate is closed it keeps the place at this host and lends its
 * part of the whole: nobody else of the host can go in either, and of a thousand that wait only as many come to the gate
 * as have places there. A place that cannot be lent so is given back, or it would be missed at other hosts.
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
      if (place.lendable) return keeping(place, () => gates.enter(host, options))
      place.giveBack()
    }
    await gates.whenOpen(host, options)
    await place.take(options)
  }
}

async function keeping(place: HostPlace, enter: () => Promise<Pass>): Promise<Pass> {
  place.wait(true)
  try {
    return await enter()
  } finally {
    place.wait(false)
  }
}
