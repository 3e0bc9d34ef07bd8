import type { LadingError } from '@lading/errors'
import type { TransportRequest } from '../transport.ts'
import type { Manner } from './connect.ts'
import { notConnected, transportFailure } from './failure.ts'
import { proxyAuthorization, proxyRefusesUs } from './proxy-authorization.ts'
import { proxyUnreachable } from './through-proxy.ts'

/** Whom a request is sent to, how that connection is made, and what the request says there. */
export interface Route {
  readonly manner: Manner
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  failure(error: unknown, answered: boolean): unknown
  /** An answer that is the proxy's own and ends the request. */
  refusal(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): LadingError | undefined
}

/**
 * Directly or through a tunnel, the target is asked for a path. An HTTP proxy without a tunnel, which is how plain http
 * goes, is itself asked for the whole URL (RFC 9112 3.2.2).
 *
 * @param defaultTimeout in milliseconds until a connection stands, for requests that do not say
 */
export function routeOf(
  { url, insecure = false, tls, proxy, addresses, connectTimeout }: TransportRequest,
  defaultTimeout: number,
): Route {
  const timeout = connectTimeout ?? defaultTimeout
  if (proxy === undefined || url.protocol === 'https:' || proxy.scheme.startsWith('socks')) {
    return {
      manner: { insecure, tls, timeout, proxy, addresses },
      origin: url.origin,
      path: url.pathname + url.search,
      headers: {},
      failure: (error, answered) => transportFailure(error, url, answered),
      refusal: () => undefined,
    }
  }
  return {
    manner: { insecure: false, tls: undefined, timeout, isProxy: true },
    origin: `${proxy.scheme}://${proxy.host}`,
    path: url.href,
    headers: { host: url.host, ...proxyAuthorization(proxy) },
    failure: (error, answered) =>
      !answered && notConnected(error)
        ? proxyUnreachable(error, proxy, url.host)
        : transportFailure(error, url, answered),
    refusal: (status, headers) =>
      status === 407 ? proxyRefusesUs(proxy, url.host, String(headers['proxy-authenticate'] ?? '')) : undefined,
  }
}
