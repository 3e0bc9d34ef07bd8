import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface TestProxy {
  /** `127.0.0.1:40123` */
  readonly host: string
  /** `CONNECT host:port` or `GET http://…`, in order, with what it was shown. */
  readonly asked: { readonly line: string; readonly headers: IncomingMessage['headers'] }[]
}

/** Ends with its test. */
export async function listen(server: Server, sockets: Set<Socket> = new Set()): Promise<string> {
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined)
    sockets.add(socket)
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
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers each connection with what `answer` gives for the bytes that came so far; `undefined` waits for more. */
export function rawServer(answer: (received: Buffer, socket: Socket) => void): Promise<string> {
  return listen(
    createTcpServer((socket) => {
      let received = Buffer.alloc(0)
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk])
        answer(received, socket)
      })
    }),
  )
}

/** A proxy that does its work: tunnels, and whole URLs; with `authorization`, only for those who show it. */
export async function startHttpProxy({
  tls,
  authorization,
  resolve = (host) => host,
}: {
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly authorization?: string
  /** What the proxy takes a name for. */ readonly resolve?: (host: string) => string
} = {}): Promise<TestProxy> {
  const asked: TestProxy['asked'] = []
  const sockets = new Set<Socket>()
  const server = tls === undefined ? createServer() : createTlsServer(tls)
  const allowed = (request: IncomingMessage): boolean => {
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    return authorization === undefined || request.headers['proxy-authorization'] === authorization
  }
  server.on('request', (request, response) => {
    if (!allowed(request)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end()
      return
    }
    const { 'proxy-authorization': _, ...headers } = request.headers
    const onward = httpRequest(request.url ?? '', { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.writeHead(502).end())
    request.pipe(onward)
  })
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    client.on('error', () => undefined)
    if (!allowed(request)) {
      client.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\nContent-Length: 0\r\n\r\n',
      )
      return
    }
    const url = new URL(`http://${request.url}`)
    const target = connect(Number(url.port), resolve(url.hostname), () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(target).pipe(client)
    })
    sockets.add(target)
    target.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
    client.on('close', () => target.destroy())
  })
  return { host: await listen(server, sockets), asked }
}
