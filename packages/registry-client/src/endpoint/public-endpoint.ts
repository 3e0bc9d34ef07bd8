import type { Endpoint } from './endpoint.ts'

const whole = new WeakMap<Endpoint, Endpoint>()

/** An endpoint as it may stand in a log: without its headers and its client certificate. It still means the same. */
export function publicEndpoint(endpoint: Endpoint): Endpoint {
  const { headers, tls, ...rest } = endpoint
  if (headers === undefined && tls?.key === undefined && tls?.cert === undefined) return endpoint
  const shown: Endpoint = tls === undefined ? rest : { ...rest, tls: { ca: tls.ca, minVersion: tls.minVersion } }
  whole.set(shown, endpoint)
  return shown
}

/** The endpoint that `publicEndpoint` was given; any other is itself. */
export const wholeEndpoint = (endpoint: Endpoint): Endpoint => whole.get(endpoint) ?? endpoint
