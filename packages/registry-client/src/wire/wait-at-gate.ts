import { isLadingError } from '@lading/errors'
import type { Emit } from '../client-event.ts'
import { asksTooLong } from '../errors/asks-too-long.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { defaultPauseMs, retryAfterOf } from '../headers/retry-after.ts'
import type { TransportHeaders } from '../transport.ts'
import type { Verdict } from './host-gate.ts'
import type { HostGates } from './host-gates.ts'
import { enterGate } from './host-place.ts'
import type { Concern } from './wire-request.ts'

/** One request that waits for longer is ended; the others are not to wait as long for what may be about that one alone. */
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
    const { allowance } = request
    const pass = await enterGate(gates, host, request.place, {
      signal: options?.signal,
      onRest(ms, added) {
        const left = allowance?.leftMs ?? Number.POSITIVE_INFINITY
        if (added > left) throw asksTooLong(resting(host), ms, left)
        allowance?.charge(added)
      },
    })
    let verdict = 'neither' as Verdict
    try {
      await next(
        request,
        (head) => {
          const restMs = restOf(head.status, head.headers, allowance?.leftMs)
          if (restMs === undefined) verdict = head.status < 500 ? 'good' : 'neither'
          else {
            verdict = 'too-much'
            gates.pause(host, restMs)
            emit({ type: 'pause', host, forMs: restMs })
          }
          return receive(head)
        },
        {
          ...options,
          onPause(paused) {
            pass.idle(paused)
            request.place?.idle(paused)
          },
        },
      )
    } catch (error) {
      if (verdict === 'good') verdict = 'neither'
      // Fewer at once may get through.
      if (isLadingError(error, 'CONNECTION_REFUSED') || isLadingError(error, 'MACHINE_LIMIT')) verdict = 'unreachable'
      throw error
    } finally {
      pass.leave(verdict)
    }
  }

function restOf(status: number, headers: TransportHeaders, leftMs = Number.POSITIVE_INFINITY): number | undefined {
  if (status !== 429 && status !== 503 && status !== 403) return undefined
  const asked = retryAfterOf(headers)
  if (status !== 429 && asked === undefined) return undefined
  const restMs = asked ?? defaultPauseMs
  return restMs > leftMs ? Math.min(longestPauseMs, restMs) : restMs
}

const resting = (host: string): RegistryError =>
  new RegistryError('TOO_MANY_REQUESTS', `${host} had too many requests`, { host })
