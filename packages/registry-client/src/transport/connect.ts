import type { buildConnector } from 'undici'
import { lookupAllowed } from './lookup-allowed.ts'
import { failureCode, unknownIssuer } from './failure.ts'
import { systemContext } from './system-certificates.ts'

export interface ConnectOptions {
  /** PEM certificates that are trusted beside Node's and the system's. */
  readonly certificates?: readonly string[] | undefined
  /** Told of every TLS connection that came about: `host` or `host:port` as in a URL. */
  readonly onTls?: ((host: string) => void) | undefined
}

/**
 * Opens connections. Certificates are checked against Node's own roots first; only when those do not know the issuer
 * are the system's loaded (75 ms, and 78 more to build the context) and the connection tried once more.
 */
export function createConnect(
  build: typeof buildConnector,
  { certificates = [], onTls, timeout, insecure }: ConnectOptions & { readonly timeout: number; readonly insecure: boolean },
): buildConnector.connector {
  const common = { timeout, allowH2: false, keepAlive: true, keepAliveInitialDelay: 30_000, lookup: lookupAllowed }
  const first = build({ ...common, ...(insecure ? { rejectUnauthorized: false } : {}) })
  let second: buildConnector.connector | undefined
  const withSystem = (): buildConnector.connector => (second ??= build({ ...common, secureContext: systemContext(certificates) }))

  return (options, callback) => {
    const tls = options.protocol === 'https:'
    const done: buildConnector.Callback = (...answer) => {
      if (answer[0] === null && tls) onTls?.(hostOf(options))
      callback(...answer)
    }
    if (!tls || insecure) {
      first(options, done)
      return
    }
    if (second !== undefined) {
      second(options, done)
      return
    }
    first(options, (...answer) => {
      if (answer[0] === null || !unknownIssuer.has(failureCode(answer[0]))) {
        done(...answer)
        return
      }
      withSystem()(options, done)
    })
  }
}

function hostOf({ hostname, port }: buildConnector.Options): string {
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname
  return port === '' || port === '443' ? host : `${host}:${port}`
}
