import type { Emit } from '../client-event.ts'
import { TransportError } from '../errors/transport-error.ts'
import { retryAfterOf } from '../headers/retry-after.ts'
import type { TransportHeaders } from '../transport.ts'
import type { Verdict } from './host-gate.ts'
import type { HostGates } from './host-gates.ts'
import { enterGate } from './host-place.ts'
import type { Concern } from './wire-request.ts'

/** Without a `Retry-After`, so much rest for a host that asked for less. */
const defaultPauseMs = 1000
const longestPauseMs = 60_000

/**
 * One request when its host's gate lets it in, holding its place to the end of the answer: at most so many at once,
 * nobody while the host rests. A 429, or a 503 or 403 that says when to come back, makes the host rest for every request, blobs
 * included.
 */
export const waitAtGate =
  ({ gates, emit }: { readonly gates: HostGates; readonly emit: Emit }): Concern =>
  (next) =>
  async (request, receive, options) => {
    const { host } = request.url
    const pass = await enterGate(gates, host, request.place, { signal: options?.signal })
    let verdict = 'neither' as Verdict
    try {
      await next(
        request,
        (head) => {
          const restMs = restOf(head.status, head.headers)
          if (restMs === undefined) verdict = head.status < 500 ? 'good' : 'neither'
          else {
            verdict = 'too-much'
            gates.pause(host, restMs)
            emit({ type: 'pause', host, forMs: restMs })
          }
          return receive(head)
        },
        { ...options, onPause: pass.idle },
      )
    } catch (error) {
      if (verdict === 'good') verdict = 'neither'
      if (error instanceof TransportError && error.code === 'CONNECTION_REFUSED') verdict = 'unreachable'
      throw error
    } finally {
      pass.leave(verdict)
    }
  }

function restOf(status: number, headers: TransportHeaders): number | undefined {
  if (status !== 429 && status !== 503 && status !== 403) return undefined
  const asked = retryAfterOf(headers)
  if (status !== 429 && asked === undefined) return undefined
  return Math.min(longestPauseMs, asked ?? defaultPauseMs)
}
