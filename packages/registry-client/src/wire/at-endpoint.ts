import type { Endpoint } from '../endpoint/endpoint.ts'
import type { ClientContext } from './context.ts'

/** A client's context for all that is asked on behalf of one endpoint: the registry, its token server, where it redirects. */
export function atEndpoint(context: ClientContext, endpoint: Endpoint): ClientContext {
  const { insecure, breaker } = context
  const transport = endpoint.mirror ? breaker.guard(context.transport, new URL(endpoint.url).origin) : context.transport
  return {
    ...context,
    transport,
    endpoint,
    insecure: (host) => insecure(host) || (endpoint.insecure && host === endpoint.host),
  }
}

/** What a request carries because of where it goes. */
export interface Traits {
  readonly headers: Readonly<Record<string, string>>
  readonly connectTimeout?: number | undefined
}

/** An endpoint's headers may be secrets: they are for its own origin, when nobody's answer led there from another. */
export function traitsOf({ endpoint }: ClientContext, url: URL, own: boolean): Traits {
  if (endpoint === undefined || !own || url.origin !== new URL(endpoint.url).origin) return { headers: {} }
  return { headers: endpoint.headers ?? {}, connectTimeout: endpoint.dialTimeout }
}
