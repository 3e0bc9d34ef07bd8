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

/** Who asks, what for, and in which form the answer is wanted. */
export const identify = (userAgent: string, via?: string): Concern =>
  adding(({ headers, authorization }) => ({
    headers: {
      ...headers,
      'user-agent': userAgent,
      ...(via === undefined ? {} : { via: `1.1 ${via}` }),
      // What is hashed must be what was sent: no coding, by nobody on the way.
      'accept-encoding': 'identity',
      ...(authorization === undefined ? {} : { authorization }),
    },
  }))
