import { X509Certificate } from 'node:crypto'
import * as tls from 'node:tls'
import { RegistryError } from '../errors/registry-error.ts'
import type { TlsSettings } from '../transport.ts'

/**
 * Whom a connection trusts: Node's own roots; the given certificates alone; or both, and the system's store where this
 * Node can read it (22.15 and newer).
 */
export type Trust = 'default' | 'given' | 'all'

/**
 * A context with the client's certificate, if there is one, and no TLS older than 1.2 whatever Node was started with.
 *
 * @throws RegistryError `OPTION_INVALID` when a certificate or key is not one
 */
export function trustingContext(
  trust: Trust,
  { ca = [], cert, key, minVersion = 'TLSv1.2' }: TlsSettings,
): tls.SecureContext {
  try {
    for (const text of ca) void new X509Certificate(text)
    return tls.createSecureContext({ ...authorities(trust, ca), ...clientCertificates({ cert, key }), minVersion })
  } catch (error) {
    throw new RegistryError(
      'OPTION_INVALID',
      `the configured certificates cannot be used: ${(error as Error).message}`,
      {
        cause: error,
        hint: 'all must be PEM, and the key must belong to the client certificate',
      },
    )
  }
}

/**
 * OpenSSL has one place for each kind of key and chooses among them when it knows what the server accepts; a second pair
 * of a kind would be a mismatch of certificate and key.
 */
function clientCertificates({ cert = [], key = [] }: TlsSettings): {
  readonly cert?: string[]
  readonly key?: string[]
} {
  const [certs, keys] = [cert, key].map((given) => (typeof given === 'string' ? [given] : given)) as [
    string[],
    string[],
  ]
  // Node passes over both in silence.
  if (certs.length !== keys.length)
    throw new Error('a client certificate and its key belong together, and one is missing')
  if (certs.length === 0) return {}
  const kinds = certs.map((text) => new X509Certificate(text).publicKey.asymmetricKeyType)
  const first = (_text: string, index: number): boolean => kinds.indexOf(kinds[index]) === index
  return { cert: certs.filter(first), key: keys.filter(first) }
}

function authorities(trust: Trust, given: readonly string[]): tls.SecureContextOptions {
  // Without `ca`, Node shares the roots that it has parsed already.
  if (trust === 'default') return {}
  if (trust === 'given') return { ca: [...given] }
  return { ca: [...new Set([...tls.getCACertificates('default'), ...systemStore(), ...given])] }
}

/** An unreadable system store is an empty one. */
function systemStore(): readonly string[] {
  try {
    return tls.getCACertificates('system')
  } catch {
    return []
  }
}
