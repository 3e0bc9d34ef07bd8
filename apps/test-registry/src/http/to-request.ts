import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { RegistryRequest } from './message.ts'

/** The path is not normalised: `..` and doubled slashes reach the routes as they came, and mean nothing there. */
export function toRequest(message: IncomingMessage, body: AsyncIterable<Uint8Array> = message): RegistryRequest {
  const target = message.url ?? '/'
  const question = target.indexOf('?')
  const { socket } = message
  const secure = socket instanceof TLSSocket
  return {
    method: message.method ?? 'GET',
    path: decoded(question === -1 ? target : target.slice(0, question)),
    query: new URLSearchParams(question === -1 ? '' : target.slice(question + 1)),
    headers: message.headers,
    body,
    scheme: secure ? 'https' : 'http',
    certificate: secure && socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined,
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
