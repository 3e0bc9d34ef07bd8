import { once } from 'node:events'
import { createServer, request as ask, Agent } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Requests as Amazon's price list parts them; what removes costs nothing there. */
export type Kind = 'put' | 'list' | 'get' | 'head' | 'delete'
export type Counts = Readonly<Record<Kind, number>>

/** A gateway of an object store that counts what passes through it. */
export interface CountingGateway {
  readonly url: string
  /** Since it was asked last. */
  take(): Counts
  close(): Promise<void>
}

const none = (): Record<Kind, number> => ({ put: 0, list: 0, get: 0, head: 0, delete: 0 })

/** @param url of the gateway behind it. Requests go on as they come: their signature is over the `Host` of this one */
export async function startCountingGateway(url: string): Promise<CountingGateway> {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true })
  let counts = none()
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request
    counts[path.includes('list-type=2') ? 'list' : (method.toLowerCase() as Kind)] += 1
    const on = ask({ hostname, port, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    on.on('error', () => response.destroy())
    response.on('close', () => on.destroy())
    request.pipe(on)
  })
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = counts
      counts = none()
      return taken
    },
    async close() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
