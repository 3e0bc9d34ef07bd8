import { TransportError } from '../errors/transport-error.ts'
import type { TransportHeaders, TransportReceiver } from '../transport.ts'
import type { ClientContext } from './context.ts'
import type { Outcome } from './host-gate.ts'
import { enterGate, type HostPlace } from './host-place.ts'
import { retryAfterOf } from '../headers/retry-after.ts'

/** Without a `Retry-After`, so much rest for a host that asked for less. */
const defaultPauseMs = 1000
const longestPauseMs = 60_000

/**
 * One request when its host's gate lets it in, holding its place to the end of the answer: at most so many at once,
 * nobody while the host rests, and no more bytes a second than the client may have. A 429, or a 503 that says when to
 * come back, makes the host rest for every request, blobs included.
 */
export async function atTheGate(
  context: ClientContext,
  url: URL,
  receiver: TransportReceiver,
  run: (receiver: TransportReceiver) => Promise<void>,
  { signal, place }: { readonly signal?: AbortSignal | undefined; readonly place: HostPlace | undefined },
): Promise<void> {
  const { host } = url
  const pass = await enterGate(context.gates, host, place, { signal })
  let outcome = 'neither' as Outcome
  const waiting = async (promise: Promise<void>): Promise<void> => {
    pass.idle(true)
    try {
      await promise
    } finally {
      pass.idle(false)
    }
  }
  try {
    await run({
      head(status, headers) {
        context.rateLimits.see(host, headers)
        const restMs = restOf(status, headers)
        if (restMs === undefined) outcome = status < 500 ? 'good' : 'neither'
        else {
          outcome = 'too-much'
          context.gates.pause(host, restMs)
          context.emit({ type: 'pause', host, forMs: restMs })
        }
        return receiver.head(status, headers)
      },
      data(chunk) {
        const { byteLength } = chunk
        const taken = receiver.data(chunk)
        const spread = context.bandwidth.take(byteLength, { signal })
        if (spread === undefined) return taken === undefined ? undefined : waiting(taken)
        return taken === undefined ? spread : Promise.all([waiting(taken), spread]).then(() => undefined)
      },
    })
  } catch (error) {
    if (outcome === 'good') outcome = 'neither'
    if (error instanceof TransportError && error.code === 'CONNECTION_REFUSED') outcome = 'unreachable'
    throw error
  } finally {
    pass.leave(outcome)
  }
}

function restOf(status: number, headers: TransportHeaders): number | undefined {
  if (status !== 429 && status !== 503) return undefined
  const asked = retryAfterOf(headers)
  if (status === 503 && asked === undefined) return undefined
  return Math.min(longestPauseMs, asked ?? defaultPauseMs)
}
