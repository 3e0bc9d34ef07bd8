import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { BenchTls } from './registry.ts'

export interface Relay {
  readonly host: string
  /** Since it was asked last: requests, and bytes of bodies to the client. */
  counted(): { readonly requests: number; readonly bytes: number }
  close(): Promise<void>
}

/** Stands before a registry and counts. For a round that is not timed: it costs more than it passes on. */
export async function startRelay(host: string, tls?: BenchTls): Promise<Relay> {
  let requests = 0
  let bytes = 0
  const serve: http.RequestListener = ({ url, method, headers }, answer) => {
    requests += 1
    const [hostname, port] = host.split(':')
    const onward = (tls === undefined ? http : https).request(
      { hostname, port, path: url, method, headers, rejectUnauthorized: false },
      (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers)
        given.on('data', (chunk: Buffer) => (bytes += chunk.length))
        given.on('error', () => answer.destroy())
        given.pipe(answer)
      },
    )
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    onward.end()
  }
  const server =
    tls === undefined
      ? http.createServer(serve)
      : https.createServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, serve)
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
