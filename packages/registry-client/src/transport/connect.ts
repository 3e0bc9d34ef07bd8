import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'
import type { ProxySettings } from '../proxy/proxy-settings.ts'
import type { TlsSettings } from '../transport.ts'
import { classOfAddress, type AddressClass } from '../origin/address-class.ts'
import type { Lookup } from './lookup.ts'
import { lookupAllowed } from './lookup-allowed.ts'
import { failureCode, unknownIssuer } from './failure.ts'
import { rememberCertificate } from './peer-certificate.ts'
import { readOnAfterFailedWrites } from './read-on.ts'
import { attachCertificate } from './seen-certificate.ts'
import type { SocketErrors } from './socket-errors.ts'
import { throughProxy, type Reach } from './through-proxy.ts'
import { trustingContext, type Trust } from './trusting-context.ts'

export interface ConnectOptions {
  /** PEM certificates that are trusted beside Node's and the system's. */
  readonly certificates?: readonly string[] | undefined
  /** Told of every TLS connection that came about: `host` or `host:port` as in a URL. A request rejects with what it throws, at its end. */
  readonly onTls?: ((host: string) => void) | undefined
  /** Told of every connection that came about, not through a proxy: the host of the URL, without port, and where it is. What it throws: as `onTls`. */
  readonly onConnected?: ((hostname: string, at: AddressClass) => void) | undefined
  /** How names are looked up. Default: `lookup` of `node:dns`, the system's way. */
  readonly lookup?: Lookup | undefined
}

/** What must be the same for two requests to share a connection, beside the origin. */
export interface Manner {
  readonly insecure: boolean
  readonly tls: TlsSettings | undefined
  /** Milliseconds until the connection stands. */
  readonly timeout: number
  /** What the host's name may resolve to. */
  readonly addresses?: readonly AddressClass[] | undefined
  /** Connections lead through it. */
  readonly proxy?: ProxySettings | undefined
  /** The origin is a proxy that the user named: any address will do. */
  readonly isProxy?: boolean | undefined
}

/**
 * Opens connections. Certificates are checked against Node's own roots first, or against the authorities of this very
 * host where there are some; only when those do not know the issuer are the system's loaded (75 ms, and 78 more to build
 * the context) and the connection tried once more.
 */
export function createConnect(
  build: typeof buildConnector,
  {
    certificates = [],
    onTls,
    onConnected,
    lookup,
    addresses,
    timeout,
    closing,
    socketErrors,
    insecure,
    tls,
    proxy,
    isProxy = false,
  }: ConnectOptions & Manner & { readonly closing: AbortSignal; readonly socketErrors: SocketErrors },
): buildConnector.connector {
  const allowed = lookupAllowed({ lookup, addresses })
  const common = {
    timeout,
    allowH2: false,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    ...(isProxy ? (lookup === undefined ? {} : { lookup }) : { lookup: allowed }),
  }
  const reach =
    proxy === undefined
      ? undefined
      : throughProxy(proxy, {
          lookup: allowed,
          connect: createConnect(build, {
            certificates,
            lookup,
            timeout,
            closing,
            socketErrors,
            insecure: false,
            tls: undefined,
            isProxy: true,
          }),
          timeout,
          closing,
        })
  const trusting = (trust: Trust): buildConnector.connector => {
    const secureContext = trustingContext(trust, { ...tls, ca: [...certificates, ...(tls?.ca ?? [])] })
    const connect = withCertificate(
      build({ ...common, ...(insecure ? { rejectUnauthorized: false } : {}), secureContext }),
    )
    return reach === undefined ? connect : afterReaching(reach, connect)
  }
  const plain = reach === undefined ? build(common) : afterReaching(reach)
  let first: buildConnector.connector | undefined
  let second: buildConnector.connector | undefined

  return (given, callback) => {
    // undici takes the server's name from the Host header, which is the target's.
    const options = isProxy ? { ...given, servername: '' } : given
    const connected = (socket: Socket): void => {
      if (!isProxy) readOnAfterFailedWrites(socket)
      if (!isProxy && proxy === undefined) onConnected?.(options.hostname, classOfAddress(socket.remoteAddress ?? ''))
    }
    if (options.protocol !== 'https:') {
      plain(options, (...answer) => {
        if (answer[0] === null) connected(answer[1])
        callback(...answer)
      })
      return
    }
    const done: buildConnector.Callback = (...answer) => {
      if (answer[0] === null) {
        socketErrors.watch(answer[1])
        connected(answer[1])
        if (!isProxy) onTls?.(hostOf(options))
      }
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

/** An error has the certificate that it is about beside it. */
function withCertificate(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    // undici's connector gives its socket, which its types do not say.
    const socket: unknown = connect(options, (...answer) => {
      if (answer[0] !== null) attachCertificate(answer[0], seen)
      callback(...answer)
    })
    const seen = rememberCertificate(socket)
  }
}

/** @param tls begins TLS on the connection; without it, the connection is used as it is */
function afterReaching(reach: Reach, tls?: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    reach(options).then(
      (socket) => (tls === undefined ? callback(null, socket) : tls({ ...options, httpSocket: socket }, callback)),
      (error: unknown) => callback(error as Error, null),
    )
  }
}

function hostOf({ hostname, port }: buildConnector.Options): string {
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname
  return port === '' || port === '443' ? host : `${host}:${port}`
}
