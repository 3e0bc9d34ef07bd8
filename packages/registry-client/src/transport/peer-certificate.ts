import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

/**
 * Keeps the peer's certificate for the error that may come of it: by the time a certificate is refused, the connection
 * that showed it is gone.
 */
export function rememberCertificate(socket: unknown): () => X509Certificate | undefined {
  let seen: Uint8Array | undefined
  const tls = socket as Partial<TLSSocket> | undefined
  // Node decides in a listener of its own for this event, which comes after ours. Before Node 26 `getPeerX509Certificate`
  // takes the certificate out of the chain that this listener looks at: every name would be refused.
  tls?.prependListener?.('secure', () => {
    // An empty object where there is none: with a session that goes on.
    seen = (tls.getPeerCertificate?.() as { readonly raw?: Uint8Array } | undefined)?.raw
  })
  return () => (seen === undefined ? undefined : parsed(seen))
}

function parsed(raw: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(raw)
  } catch {
    // Node cannot read what OpenSSL could: the error is told without it.
    return undefined
  }
}
