import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TestRegistryError } from '../error.ts'
import { bothOnOnePort } from './both-on-one-port.ts'

export interface Listener {
  /** `http://127.0.0.1:40123`, without a trailing slash. */
  readonly url: string
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly tls?: ServerTls | undefined
  /** Plain http at the same port. */
  readonly alsoPlain: boolean
  /** What a client may take for the head of a request, and for each further piece of its body. */
  readonly patienceMs: number
}

export interface ServerTls {
  readonly cert: string
  readonly key: string
  /** Who signs client certificates. */
  readonly ca?: string | undefined
  readonly clientCertificates?: 'asked' | 'required' | undefined
  /** Only this one. */
  readonly version?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const hour = 3_600_000
/** Of a request: a redirect may lead far (`locationBytes`). */
const headLimit = 64 * 1024

/** @throws TestRegistryError `LISTEN_FAILED` */
export async function listen(
  answer: Answer,
  { host, port, tls, alsoPlain, patienceMs }: ListenOptions,
): Promise<Listener> {
  const limits: ServerOptions = {
    maxHeaderSize: headLimit,
    headersTimeout: patienceMs,
    requestTimeout: hour,
    connectionsCheckingInterval: Math.min(patienceMs / 2, 30_000),
  }
  const plain = tls === undefined || alsoPlain ? createHttpServer(limits, answer) : undefined
  const secure = tls === undefined ? undefined : secureServer(answer, limits, tls)
  const server =
    plain !== undefined && secure !== undefined ? bothOnOnePort(plain, secure) : ((secure ?? plain) as Server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new TestRegistryError('LISTEN_FAILED', `cannot listen on ${host}:${port}`, {
          cause,
          host: `${host}:${port}`,
          hint: 'another program has the port, or the address is not of this machine; port 0 takes a free one',
        }),
      ),
    )
    server.listen(port, host, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  const authority = `${host.includes(':') ? `[${host}]` : host}:${bound}`
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${authority}`,
    host: authority,
    port: bound,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function secureServer(
  answer: Answer,
  limits: ServerOptions,
  { cert, key, ca, clientCertificates, version }: ServerTls,
): Server {
  return createHttpsServer(
    {
      ...limits,
      cert,
      key,
      ...(ca === undefined || clientCertificates === undefined
        ? {}
        : { ca, requestCert: true, rejectUnauthorized: clientCertificates === 'required' }),
      // OpenSSL keeps the two oldest versions behind its lowest security level.
      ...(version === undefined
        ? {}
        : {
            minVersion: version,
            maxVersion: version,
            ...(version < 'TLSv1.2' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
          }),
    },
    answer,
  )
}
