import type { Emit } from '../client-event.ts'
import type { Clock } from '@lading/clock'
import { RegistryError } from '../errors/registry-error.ts'
import { TransportError } from '../errors/transport-error.ts'
import type { Concern } from './wire-request.ts'

/** Answers with 5xx, or none at all, in a row. A mirror to which no connection comes about needs only one. */
const mostFailures = 3
const firstRestMs = 5000
const longestRestMs = 300_000

interface Health {
  failures: number
  /** How often in a row it was given a rest. */
  rests: number
  /** Not asked before; absent while it is well. */
  until?: number | undefined
  /** One request is out to see whether it is back. */
  probing: boolean
  code: string
}

/**
 * Remembers which mirrors do not answer, so that a pull of many blobs does not wait for each of them. A mirror that fails
 * is left alone for five seconds, then one request may try it, and each failed try doubles the time, up to five minutes.
 */
export interface MirrorBreaker {
  /**
   * A request to a mirror begins; what came of it is told to the attempt that comes back.
   *
   * @throws RegistryError `MIRROR_SKIPPED` while the mirror is left alone
   */
  readonly begin: (origin: string) => MirrorAttempt
  /** What `begin` would throw; `undefined`: nothing. */
  readonly skips: (origin: string) => RegistryError | undefined
}

interface MirrorAttempt {
  answered(status: number): void
  /** No answer came. */
  failed(error: unknown): void
}

export function createMirrorBreaker({ clock, emit }: { readonly clock: Clock; readonly emit: Emit }): MirrorBreaker {
  const known = new Map<string, Health>()

  const healthOf = (origin: string): Health => {
    const health = known.get(origin) ?? { failures: 0, rests: 0, probing: false, code: '' }
    known.set(origin, health)
    return health
  }
  const skips = (origin: string): RegistryError | undefined => {
    const { until, probing = false, code = '' } = known.get(origin) ?? {}
    if (until === undefined) return undefined
    const left = until - clock.now()
    return left > 0 || probing ? skipped(origin, code, Math.max(0, left)) : undefined
  }
  /** @returns whether this request is the one that tries */
  const enter = (origin: string, health: Health): boolean => {
    if (health.until === undefined) return false
    const refusal = skips(origin)
    if (refusal !== undefined) throw refusal
    health.probing = true
    emit({ type: 'mirror', origin, state: 'probed' })
    return true
  }
  const fail = (
    origin: string,
    health: Health,
    { probe, code, hard }: { readonly probe: boolean; readonly code: string; readonly hard: boolean },
  ): void => {
    // Others that were on their way when it failed say nothing new.
    if (health.until !== undefined && !probe) return
    health.failures += 1
    if (!probe && !hard && health.failures < mostFailures) return
    const forMs = Math.min(longestRestMs, firstRestMs * 2 ** health.rests)
    Object.assign(health, { failures: 0, rests: health.rests + 1, until: clock.now() + forMs, probing: false, code })
    emit({ type: 'mirror', origin, state: 'skipped', forMs, code })
  }
  const succeed = (origin: string, health: Health, probe: boolean): void => {
    if (health.until !== undefined && !probe) return
    Object.assign(health, { failures: 0, rests: 0, until: undefined, probing: false })
    if (probe) emit({ type: 'mirror', origin, state: 'back' })
  }

  return {
    skips,
    begin(origin) {
      const health = healthOf(origin)
      const probe = enter(origin, health)
      return {
        answered(status) {
          if (status >= 500) fail(origin, health, { probe, code: String(status), hard: false })
          else succeed(origin, health, probe)
        },
        failed(error) {
          const isTheirs = error instanceof TransportError && error.code !== 'MACHINE_LIMIT'
          if (isTheirs) fail(origin, health, { probe, code: error.code, hard: !error.temporary })
          // Given up by the caller or for want of a socket: it proved nothing, and the next one may try.
          else if (probe) health.probing = false
        },
      }
    },
  }
}

/** Requests to a mirror that does not answer fail at once, as `MIRROR_SKIPPED`. */
export const skipSickMirrors =
  ({ begin }: MirrorBreaker): Concern =>
  (next) =>
  async (request, receive, options) => {
    const { endpoint, url } = request
    if (endpoint?.mirror !== true || url.origin !== new URL(endpoint.url).origin)
      return await next(request, receive, options)
    const attempt = begin(url.origin)
    let answered = false
    try {
      await next(
        request,
        (head) => {
          answered = true
          attempt.answered(head.status)
          return receive(head)
        },
        options,
      )
    } catch (error) {
      // A body that breaks off is the transfer's business: the mirror did answer.
      if (!answered) attempt.failed(error)
      throw error
    }
  }

function skipped(origin: string, code: string, leftMs: number): RegistryError {
  const { host } = new URL(origin)
  return new RegistryError('MIRROR_SKIPPED', `the mirror ${host} is skipped: it failed (${code})`, {
    host,
    hint: `it is tried again in ${Math.ceil(leftMs / 1000)} s; \`lading hosts\` shows which file names it`,
  })
}
