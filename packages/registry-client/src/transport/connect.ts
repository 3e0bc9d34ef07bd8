import type { buildConnector } from 'undici'
import type { TlsSettings } from '../transport.ts'
import { lookupAllowed } from './lookup-allowed.ts'
import { failureCode, unknownIssuer } from './failure.ts'
import { trustingContext, type Trust } from './trusting-context.ts'

export interface ConnectOptions {
  /** PEM certificates that are trusted beside Node's and the system's. */
  readonly certificates?: readonly string[] | undefined
  /** Told of every TLS connection that came about: `host` or `host:port` as in a URL. */
  readonly onTls?: ((host: string) => void) | undefined
}

/** What must be the same for two requests to share a connection, beside the origin. */
export interface Manner {
  readonly insecure: boolean
  readonly tls: TlsSettings | undefined
  /** Milliseconds until the connection stands. */
  readonly timeout: number
}

/**
 * Opens connections. Certificates are checked against Node's own roots first, or against the authorities of this very
 * host where there are some; only when those do not know the issuer are the system's loaded (75 ms, and 78 more to build
 * the context) and the connection tried once more.
 */
export function createConnect(
  build: typeof buildConnector,
  { certificates = [], onTls, timeout, insecure, tls }: ConnectOptions & Manner,
): buildConnector.connector {
  const common = { timeout, allowH2: false, keepAlive: true, keepAliveInitialDelay: 30_000, lookup: lookupAllowed }
  const trusting = (trust: Trust): buildConnector.connector => build({ ...common, ...(insecure ? { rejectUnauthorized: false } : {}), secureContext: trustingContext(trust, { ...tls, ca: [...certificates, ...(tls?.ca ?? [])] }) })
  const plain = build(common)
  let first: buildConnector.connector | undefined
  let second: buildConnector.connector | undefined

  return (options, callback) => {
    if (options.protocol !== 'https:') {
      plain(options, callback)
      return
    }
    const done: buildConnector.Callback = (...answer) => {
      if (answer[0] === null) onTls?.(hostOf(options))
      callback(...answer)
    }
    let connect: buildConnector.connector
    try {
      connect = second ?? (first ??= trusting((tls?.ca ?? []).length === 0 || insecure ? 'default' : 'given'))
    } catch (error) {
      callback(error as Error, null)
      return
    }
    if (connect === second || insecure) {
      connect(options, done)
      return
    }
    connect(options, (...answer) => {
      if (answer[0] === null || !unknownIssuer.has(failureCode(answer[0]))) {
        done(...answer)
        return
      }
      second ??= trusting('all')
      second(options, done)
    })
  }
}

function hostOf({ hostname, port }: buildConnector.Options): string {
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname
  return port === '' || port === '443' ? host : `${host}:${port}`
}
