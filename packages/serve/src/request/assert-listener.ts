import { ServeError } from '../serve-error.ts'
import type { RequestHeaders } from './request-head.ts'

/** What a check of a request has to know of where it came in. */
export interface ListenerFacts {
  /** Only this machine reaches it. */
  readonly loopback: boolean
  /** Each request has shown who sends it. */
  readonly authenticated: boolean
  /** The host names that it answers to, `host:port` in lower case: `localhost:5000`, `[::1]:5000`. */
  readonly names: readonly string[]
  /** It speaks TLS: a `Host` without a port means 443, and 80 otherwise. Default false. */
  readonly secure?: boolean | undefined
}

/**
 * Without authentication a listener on loopback counts on this machine's programs alone reaching it. A web page in this
 * machine's browser is none of them: it can have its own name resolve to loopback, and then sends that name as `Host`; or
 * it asks across origins, and the browser says so.
 *
 * @throws ServeError 403, 421
 */
export function assertListener(
  headers: RequestHeaders,
  { loopback, authenticated, names, secure = false }: ListenerFacts,
): void {
  if (!loopback || authenticated) return
  const host = (headers.get('host')?.[0] ?? '').trim().toLowerCase()
  const full = /:\d+$/.test(host) ? host : `${host}:${secure ? 443 : 80}`
  if (!names.includes(full))
    throw new ServeError('DENIED', 'this listener does not accept that host name', {
      status: 421,
      hint: `it accepts ${names.join(', ')}; other names need a listener with authentication`,
      closes: true,
    })
  const site = headers.get('sec-fetch-site')?.[0] ?? 'none'
  if (headers.has('origin') || (site !== 'none' && site !== 'same-origin'))
    throw new ServeError('DENIED', 'this listener does not accept requests from web pages', {
      status: 403,
      closes: true,
    })
}
