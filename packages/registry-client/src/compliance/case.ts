import assert from 'node:assert/strict'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { isLadingError } from '@lading/errors'
import type { Transport, TransportHeaders, TransportRequest } from '../transport.ts'

/** One promise of the contract. */
export interface Case {
  readonly name: string
  readonly run: (transport: Transport) => Promise<void>
}

/** Runs `work` beside a server on loopback, which is gone when it ends. */
export async function withServer(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  work: (url: URL) => Promise<void>,
): Promise<void> {
  await listening(createHttpServer(handler), work)
}

/** The same, with a server that knows no HTTP. */
export async function withSocketServer(
  handler: (socket: Socket) => void,
  work: (url: URL) => Promise<void>,
): Promise<void> {
  await listening(createServer(handler), work)
}

async function listening(server: Server, work: (url: URL) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  try {
    await work(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))
  } finally {
    const closed = new Promise((resolve) => {
      server.close(resolve)
    })
    for (const socket of sockets) socket.destroy()
    await closed
  }
}

export const get = (url: URL): TransportRequest => ({ method: 'GET', url, headers: { 'accept-encoding': 'identity' } })

export interface Whole {
  readonly status: number
  readonly headers: TransportHeaders
  readonly body: string
  readonly heads: number
}

/** One whole answer, its body as Latin-1. */
export async function wholeAnswer(transport: Transport, request: TransportRequest): Promise<Whole> {
  let head: { readonly status: number; readonly headers: TransportHeaders } | undefined
  let heads = 0
  const chunks: Uint8Array[] = []
  await transport(request, {
    head(status, headers) {
      head = { status, headers }
      heads++
    },
    data: (chunk) => void chunks.push(chunk),
  })
  assert.ok(head, 'there was a head')
  return { ...head, heads, body: Buffer.concat(chunks).toString('latin1') }
}

export const ignore = { head: (): void => undefined, data: (): void => undefined }

/** What the promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let failure: { readonly error: unknown } | undefined
  try {
    await promise
  } catch (error) {
    failure = { error }
  }
  assert.ok(failure, 'it rejects')
  return failure.error
}

/** It is a `TransportError` of this code, about this host. */
export async function failsWith(code: string, url: URL, promise: Promise<unknown>): Promise<void> {
  const error = await rejection(promise)
  if (!isLadingError(error))
    throw new assert.AssertionError({ message: `expected ${code}`, actual: error, expected: code })
  assert.deepEqual(
    { name: error.name, code: error.code, host: error.facts.host },
    { name: 'TransportError', code, host: url.host },
  )
}
