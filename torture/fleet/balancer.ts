import { once } from 'node:events'
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One address for several servers. */
export interface Balancer {
  /** `127.0.0.1:20000`. */
  readonly host: string
  close(): Promise<void>
}

/**
 * Passes each request on to the next server that takes a connection, under that server's own name. An answer that breaks off
 * breaks off for the client, too: what it does then is its own business.
 */
export async function startBalancer(urls: readonly string[]): Promise<Balancer> {
  let turn = 0
  const server = createServer((request, response) => pass(request, response, { first: turn++, tried: 0 }))

  function pass(
    request: IncomingMessage,
    response: ServerResponse,
    { first, tried }: { readonly first: number; readonly tried: number },
  ): void {
    const { host, hostname, port } = new URL(urls[(first + tried) % urls.length] ?? '')
    const { method, url: path } = request
    const on = ask({ hostname, port, method, path, headers: { ...request.headers, host }, agent: false })
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
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
