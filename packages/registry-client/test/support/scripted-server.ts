import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

export interface ScriptedServer {
  /** `127.0.0.1:40123` */
  readonly host: string
  readonly origin: string
  /** Method and path with query of each request, in order. */
  readonly requests: readonly Recorded[]
  readonly server: Server
}

export interface Recorded {
  readonly line: string
  readonly headers: IncomingMessage['headers']
}

/** A real server on loopback for one test: what it answers is the test's. */
export async function serve(
  handler: Handler,
  options: {
    readonly tls?: { readonly key: string; readonly cert: string }
    readonly hostname?: string
    readonly maxHeaderSize?: number
  } = {},
): Promise<ScriptedServer> {
  const requests: Recorded[] = []
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    Promise.resolve(handler(request, response)).catch((error: unknown) => response.destroy(error as Error))
  }
  const server =
    options.tls === undefined
      ? createServer({ maxHeaderSize: options.maxHeaderSize }, listener)
      : (createTlsServer(options.tls, listener) as unknown as Server)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    const closed = new Promise((resolve) => {
      server.close(resolve)
    })
    for (const socket of sockets) socket.destroy()
    await closed
  })
  const host = `${options.hostname ?? '127.0.0.1'}:${(server.address() as AddressInfo).port}`
  return { host, origin: `${options.tls === undefined ? 'http' : 'https'}://${host}`, requests, server }
}

export const sha256 = (content: Uint8Array | string): `sha256:${string}` =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`

export function json(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  const body = JSON.stringify(value)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  })
  response.end(body)
}

export function bytes(
  response: ServerResponse,
  status: number,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers })
  response.end(body)
}
