import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Relay {
  readonly host: string
  /** Since it was asked last: requests, and bytes of bodies to the client. */
  counted(): { readonly requests: number; readonly bytes: number }
  close(): Promise<void>
}

/** Stands before a registry and counts. For a round that is not timed: it costs more than it passes on. */
export async function startRelay(host: string): Promise<Relay> {
  let requests = 0
  let bytes = 0
  const server = createServer((asked, answer) => {
    requests += 1
    const onward = request(
      {
        host: host.split(':')[0],
        port: host.split(':')[1],
        path: asked.url,
        method: asked.method,
        headers: asked.headers,
      },
      (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers)
        given.on('data', (chunk: Buffer) => (bytes += chunk.length))
        given.pipe(answer)
      },
    )
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted() {
      const counted = { requests, bytes }
      requests = bytes = 0
      return counted
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
