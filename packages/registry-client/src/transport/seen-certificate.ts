import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

const certificates = new WeakMap<object, X509Certificate>()

/**
 * Keeps the peer's certificate for the error that may come of it: by the time a certificate is refused, the connection
 * that showed it is gone.
 */
export function rememberCertificate(socket: unknown): () => X509Certificate | undefined {
  let seen: X509Certificate | undefined
  const tls = socket as Partial<TLSSocket> | undefined
  // Node decides in a listener of its own for this event, which comes after ours.
  tls?.prependListener?.('secure', () => {
    seen = tls.getPeerX509Certificate?.()
  })
  return () => seen
}

export function attachCertificate(error: unknown, certificate: X509Certificate | undefined): void {
  if (certificate !== undefined && typeof error === 'object' && error !== null) certificates.set(error, certificate)
}

export const certificateOf = (error: unknown): X509Certificate | undefined =>
  typeof error === 'object' && error !== null ? certificates.get(error) : undefined
