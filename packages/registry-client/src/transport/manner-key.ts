import type { Manner } from './connect.ts'

/** The same text for requests that may share a connection, beside their origin. */
export const mannerKey = (manner: Manner): string =>
  JSON.stringify([
    manner.insecure,
    manner.timeout,
    manner.tls?.ca,
    manner.tls?.cert,
    manner.tls?.key,
    manner.tls?.minVersion,
    manner.proxy,
    manner.isProxy,
    manner.addresses,
  ])
