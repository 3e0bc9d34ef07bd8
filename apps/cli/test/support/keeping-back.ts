import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

interface Kept {
  /** Of the blob that is kept back until the time has come, and refused when it does not come. */
  readonly digest: string
  readonly until: () => boolean
  /** What is then answered in its place. */
  readonly status?: number | undefined
}

/** Another host of the same registry, at which one blob is kept back. */
export async function keepingBack(url: string, { digest, until, status }: Kept): Promise<string> {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.endsWith(digest) === true) {
      for (let left = 2000; !until() && !response.destroyed && left > 0; left--) await wait(10)
      if (status !== undefined || !until()) {
        response.writeHead(status ?? 404).end()
        return
      }
    }
    const { accept = '' } = request.headers
    const answered = await fetch(`${url}${request.url}`, { method: request.method ?? 'GET', headers: { accept } })
    response.writeHead(answered.status, Object.fromEntries(answered.headers))
    response.end(Buffer.from(await answered.arrayBuffer()))
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
