import { createServer as createHttpServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { printable } from '@lading/errors'
import { FrontError } from '../front-error.ts'
import { formatAddress, isLoopback, type Address } from './address.ts'
import { watchConnections, type Connections } from '../limits/watch-connections.ts'
import type { Certificate } from './certificate.ts'

export interface Listener {
  readonly server: Server
  readonly connections: Connections
  /** As it is written in a URL: `127.0.0.1:5000`; of a local socket its path. */
  readonly address: string
  readonly port: number | undefined
  /** Nobody from another machine gets there. */
  readonly isLoopback: boolean
}

export interface ListenOptions {
  /** Where, or the descriptor of a socket that listens already. */
  readonly at: Address | number
  readonly certificate?: Certificate | undefined
  /** Connections: of all clients, and of one. */
  readonly connections: number
  readonly connectionsPerClient: number
  /** How long the header of a request may take to come, in milliseconds: then it is 408, and the connection is closed. Default 15 000. */
  readonly headersTimeoutMs?: number | undefined
}

/** A request line and its headers: a token is 8 KiB at most. */
const headerBytes = 32 * 1024

const serverOptions = (headersTimeout: number): ServerOptions => ({
  maxHeaderSize: headerBytes,
  // Whoever sends a header slowly holds a connection for nothing.
  headersTimeout,
  // Of the request; an answer may take hours.
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: Math.min(5_000, headersTimeout),
  requireHostHeader: true,
  insecureHTTPParser: false,
  keepAlive: true,
  noDelay: true,
})

/** Listens, and hands each request to `onRequest`. @throws FrontError `ADDRESS_IN_USE`, `LISTEN_FAILED`, `CERTIFICATE_INVALID` */
export async function openListener(
  onRequest: RequestListener,
  { at, certificate, connections: most, connectionsPerClient: perClient, headersTimeoutMs = 15_000 }: ListenOptions,
): Promise<Listener> {
  const options = serverOptions(headersTimeoutMs)
  const server = certificate === undefined ? createHttpServer(options, onRequest) : tls(onRequest, certificate, options)
  // A header a line: enough for any client, and no work for who sends thousands.
  server.maxHeadersCount = 100
  server.maxConnections = most
  const connections = watchConnections(server, { perClient })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, at)))
    server.once('listening', resolve)
    if (typeof at === 'number') server.listen({ fd: at })
    else server.listen({ host: at.host, port: at.port })
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string')
    return { server, connections, address: bound ?? 'an inherited socket', port: undefined, isLoopback: true }
  const { address: host, port } = bound
  return { server, connections, address: formatAddress({ host, port }), port, isLoopback: isLoopback(host) }
}

function tls(onRequest: RequestListener, { cert, key }: Certificate, options: ServerOptions): Server {
  try {
    return createTlsServer({ ...options, cert, key, minVersion: 'TLSv1.2', handshakeTimeout: 15_000 }, onRequest)
  } catch (cause) {
    throw new FrontError('CERTIFICATE_INVALID', `certificate and key cannot be used: ${(cause as Error).message}`, {
      cause,
      hint: 'give both in PEM: the certificate with its chain, and the key that belongs to it',
    })
  }
}

function listenError(error: NodeJS.ErrnoException, at: Address | number): FrontError {
  const where = typeof at === 'number' ? `the inherited socket ${at}` : printable(formatAddress(at))
  if (error.code === 'EADDRINUSE')
    return new FrontError('ADDRESS_IN_USE', `another process listens on ${where}`, {
      cause: error,
      hint: 'choose another port, such as --listen 127.0.0.1:5001, or stop the process that uses this one',
    })
  const hints: Readonly<Record<string, string>> = {
    EACCES: 'ports below 1024 need root: choose a higher one, or let systemd pass the socket',
    EADDRNOTAVAIL: 'this machine does not have that address; it has 127.0.0.1 and 0.0.0.0',
    ENOTFOUND: 'the name is unknown: give an address',
  }
  return new FrontError('LISTEN_FAILED', `cannot listen on ${where}: ${error.message}`, {
    cause: error,
    hint: hints[error.code ?? ''] ?? 'choose another address with --listen',
  })
}
