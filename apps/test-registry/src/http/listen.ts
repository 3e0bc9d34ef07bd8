import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TestRegistryError } from '../error.ts'

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
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
}

/** @throws TestRegistryError `LISTEN_FAILED` */
export async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void, { host, port, tls }: ListenOptions): Promise<Listener> {
  const server: Server = tls === undefined ? createHttpServer(answer) : createHttpsServer({ cert: tls.cert, key: tls.key }, answer)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new TestRegistryError('LISTEN_FAILED', `cannot listen on ${host}:${port}`, { cause, host: `${host}:${port}`, hint: 'another program has the port, or the address is not of this machine; port 0 takes a free one' })),
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
