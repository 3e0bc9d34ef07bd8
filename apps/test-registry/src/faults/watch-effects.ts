import type { RegistryRequest, Reply } from '../http/message.ts'
import { effectOf } from './effect-of.ts'
import type { Effect } from './effect.ts'
import type { DueFault } from './fault-book.ts'

/** An effect that tells when it changes something; what happens on the wire says so itself, by `changed`. */
export interface WatchedEffect extends Omit<Effect, 'request'> {
  readonly request?: ((request: RegistryRequest) => RegistryRequest) | undefined
  changed(): void
}

/** What a request's faults did, for whoever keeps the journal. */
interface Hit {
  /** Names of the faults that changed something. */
  faults: readonly string[]
  /** Names of the faults that were to, and changed nothing. */
  withoutEffect: readonly string[]
}

export interface WatchedEffects {
  readonly effects: readonly WatchedEffect[]
  /** Nothing is changed any more. Called before a client can have the answer, so that whoever has it finds this said. */
  end(): void
}

/**
 * The effects of the faults that are due, in their order. A fault is told, and the entry says, whether it changed
 * something: that a request was the right one is not enough, for a body may be shorter than `afterBytes`.
 */
export function watchEffects(due: readonly DueFault[], method: string, entry: Hit): WatchedEffects {
  let ended = false
  const hits = due.map((fault) => ({ fault, changed: false }))
  const effects = hits.map((hit): WatchedEffect => {
    const { request, replace, change, ...others } = effectOf(hit.fault.fault)
    const changed = (): void => {
      if (hit.changed || ended) return
      hit.changed = true
      hit.fault.fire()
      entry.faults = hits.flatMap((each) => (each.changed ? [each.fault.name] : []))
    }
    return {
      ...others,
      changed,
      request: request && ((given) => request(given, changed)),
      replace:
        replace &&
        ((context) => {
          const reply = replace(context)
          if (reply !== undefined) changed()
          return reply
        }),
      change:
        change &&
        (async (given, context) => {
          const reply = await change(given, context)
          if (differ(method, given, reply)) changed()
          return reply
        }),
    }
  })
  return {
    effects,
    end() {
      if (ended) return
      ended = true
      const idle = hits.flatMap(({ fault, changed }) => (changed ? [] : [fault]))
      for (const fault of idle) fault.spare()
      entry.withoutEffect = idle.flatMap(({ name, standing }) => (standing ? [] : [name]))
    },
  }
}

/** Of HEAD's body nothing is seen but its length. */
function differ(method: string, one: Reply, other: Reply): boolean {
  const headers = [one, other].map((reply) =>
    JSON.stringify(Object.entries(reply.headers).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  )
  return (
    one.status !== other.status ||
    headers[0] !== headers[1] ||
    (method === 'HEAD' ? one.body.size !== other.body.size : one.body !== other.body)
  )
}
