import { once } from 'node:events'
import { createServer, request as ask, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One address for several servers. */
export interface Balancer {
  /** `127.0.0.1:20000`. */
  readonly host: string
  /** The server at this URL is about to be killed, and what it is answering is cut. */
  cut(url: string): void
  /** Whether it answers something that was cut three times before: clients ask five times. */
  spares(url: string): boolean
  close(): Promise<void>
}

/** Of one path: a client fails, as it should, when each of its five attempts is cut. */
const mostCuts = 3

/**
 * Passes each request on to the next server that takes a connection, under that server's own name. An answer that breaks off
 * breaks off for the client, too: what it does then is its own business.
 */
export async function startBalancer(urls: readonly string[]): Promise<Balancer> {
  let turn = 0
  const cuts = new Map<string, number>()
  const underWay = new Map(urls.map((url) => [url, new Map<ClientRequest, string>()]))
  const pathsAt = (url: string): ReadonlySet<string> => new Set(underWay.get(url)?.values())
  const server = createServer((request, response) => pass(request, response, { first: turn++, tried: 0 }))

  function pass(
    request: IncomingMessage,
    response: ServerResponse,
    { first, tried }: { readonly first: number; readonly tried: number },
  ): void {
    const url = urls[(first + tried) % urls.length] ?? ''
    const { host, hostname, port } = new URL(url)
    const { method, url: path = '/' } = request
    const on = ask({ hostname, port, method, path, headers: { ...request.headers, host }, agent: false })
    underWay.get(url)?.set(on, path)
    on.once('close', () => underWay.get(url)?.delete(on))
    const leave = (): void => void on.destroy()
    response.once('close', leave)
    on.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.on('error', () => response.destroy()).pipe(response)
    })
    on.on('error', (error: NodeJS.ErrnoException) => {
      response.off('close', leave)
      if (error.code === 'ECONNREFUSED' && tried + 1 < urls.length) pass(request, response, { first, tried: tried + 1 })
      else response.destroy()
    })
    on.end()
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut(url) {
      for (const path of pathsAt(url)) cuts.set(path, (cuts.get(path) ?? 0) + 1)
    },
    spares: (url) => [...pathsAt(url)].some((path) => (cuts.get(path) ?? 0) >= mostCuts),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
