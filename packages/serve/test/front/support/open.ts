import { request as ask, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'
import { openListener, type Listener, type ListenOptions } from '../../../src/front/index.ts'

/** A listener on a free port of loopback, closed with the test. */
export async function open(onRequest: RequestListener, options: Partial<ListenOptions> = {}): Promise<Listener> {
  const listener = await openListener(onRequest, {
    at: { host: '127.0.0.1', port: 0 },
    connections: 100,
    connectionsPerClient: 100,
    ...options,
  })
  onTestFinished(() => {
    listener.connections.cut()
    listener.server.close()
  })
  return listener
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export const get = (
  { port }: Pick<Listener, 'port'>,
  path: string,
  { headers = {}, method = 'GET' }: { readonly headers?: Record<string, string>; readonly method?: string } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = ask({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let body = ''
      response
        .setEncoding('utf8')
        .on('data', (text: string) => (body += text))
        .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
        .on('error', reject)
    })
    request.on('error', reject).end()
  })

/** What comes back for these bytes, until the server closes. */
export const raw = ({ port }: Pick<Listener, 'port'>, bytes: string): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    const socket = connect(port ?? 0, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    socket
      .setEncoding('latin1')
      .on('data', (chunk: string) => (text += chunk))
      .on('error', () => resolve(text))
      .on('close', () => resolve(text))
  })
