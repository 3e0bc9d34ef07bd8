import * as tls from 'node:tls'

/**
 * Trusts Node's own roots, the system's store where this Node can read it (22.15 and newer), and the given ones.
 * An unreadable system store is an empty one.
 */
export function systemContext(extra: readonly string[]): tls.SecureContext {
  return tls.createSecureContext({ ca: [...new Set([...tls.getCACertificates('default'), ...systemStore(), ...extra])] })
}

function systemStore(): readonly string[] {
  try {
    return tls.getCACertificates('system')
  } catch {
    return []
  }
}
