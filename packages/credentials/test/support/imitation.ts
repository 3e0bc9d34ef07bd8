import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Asked {
  readonly method: string
  /** With the host that was meant. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Imitation {
  readonly host: string
  readonly asked: readonly Asked[]
  /** Brings what is meant for a cloud's own hosts here. */
  readonly fetch: typeof fetch
  answer: { readonly status: number; readonly headers?: Record<string, string>; readonly body: string }
}

/** A server on loopback that answers as a cloud's service would: always the same. */
export async function imitate(body: unknown): Promise<Imitation> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      asked.push({
        method: request.method ?? '',
        url: String(request.headers['x-meant'] ?? request.url),
        headers: request.headers,
        body: text,
      })
      response.writeHead(imitation.answer.status, imitation.answer.headers).end(imitation.answer.body)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => server.close().closeAllConnections())
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const imitation: Imitation = {
    host,
    asked,
    answer: { status: 200, body: JSON.stringify(body) },
    fetch: (input, init) => {
      const url = new URL(input as URL)
      return fetch(`http://${host}${url.pathname}`, {
        ...init,
        headers: { ...(init?.headers as Record<string, string>), 'x-meant': url.href },
      })
    },
  }
  return imitation
}
