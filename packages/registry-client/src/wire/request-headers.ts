import { adding, type Concern } from './wire-request.ts'

/**
 * An endpoint's headers may be secrets: they are for its own origin, when nobody's answer led there from another. The
 * time that a connection to it may take goes with them.
 */
export const addEndpointHeaders: Concern = adding(({ endpoint, url, headers, clearance }) =>
  endpoint === undefined || !clearance.show.cookies || url.origin !== new URL(endpoint.url).origin
    ? {}
    : { headers: { ...endpoint.headers, ...headers }, connectTimeout: endpoint.dialTimeout },
)

/** A pseudonym, or whom each request has passed. */
export type Via = string | (() => readonly string[])

/** A token, or a host with a port. */
const receivedBy = /^[\w.:!#$%&'*+^`|~-]{1,128}$/

/** The value of `Via`, or nothing. */
function viaHeader(via: Via | undefined): { readonly via?: string } {
  if (via === undefined) return {}
  const hops = (typeof via === 'string' ? [via] : via()).filter((hop) => receivedBy.test(hop))
  return hops.length === 0 ? {} : { via: hops.map((hop) => `1.1 ${hop}`).join(', ') }
}

/** Who asks, what for, and in which form the answer is wanted. */
export const identify = (userAgent: string, via?: Via): Concern =>
  adding(({ headers, authorization }) => ({
    headers: {
      ...headers,
      'user-agent': userAgent,
      ...viaHeader(via),
      // What is hashed must be what was sent: no coding, by nobody on the way.
      'accept-encoding': 'identity',
      ...(authorization === undefined ? {} : { authorization }),
    },
  }))
