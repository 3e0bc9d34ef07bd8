import { ok, refuse } from './control-reply.ts'
import type { Endpoint } from './endpoint.ts'

/** The last moment that a `Date` holds is in 275760; nobody's test needs the years before it. */
const lastMoment = Date.UTC(9999, 11, 31)

export const clock: Endpoint = {
  methods: ['GET', 'POST'],
  answer({ method, rest, body }, { clock: hands }) {
    if (rest !== '') return undefined
    if (method === 'POST') {
      const ms: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'advanceMs') : undefined
      if (!Number.isSafeInteger(ms) || (ms as number) < 0 || hands.now() + (ms as number) > lastMoment)
        return refuse('INVALID', 'write { "advanceMs": 60000 }: whole milliseconds, forwards, at most to the year 9999')
      hands.advance(ms as number)
    }
    return ok({ now: hands.now() })
  },
}
