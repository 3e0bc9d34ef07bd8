import { reply } from '../http/message.ts'
import type { Effect } from './effect.ts'
import type { RedirectAction } from './fault-action.ts'

const hopParameter = 'hop'

/** To a place of the registry's or anywhere, after so many redirects to the same place as were asked for. */
export function redirect({ redirect: to, status = 307, expiresInMs = 60_000, hops = 0 }: RedirectAction): Effect {
  return {
    replace(context) {
      const { path, query } = context.request
      const hop = Number(query.get(hopParameter) ?? 0)
      if (hop < hops) {
        const next = new URLSearchParams(query)
        next.set(hopParameter, String(hop + 1))
        return reply(status, { location: `${path}?${next.toString()}` })
      }
      return reply(status, {
        location: to === 'cdn' ? context.signedUrl(expiresInMs) : to === 'registry' ? context.registryUrl() : to,
      })
    },
  }
}
