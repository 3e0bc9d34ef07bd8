import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isLoopback } from '../listen/address.ts'
import { refuse } from '../refuse.ts'

export interface MonitorOptions {
  readonly metrics: () => string
  readonly page: () => string
  /** Why no content can be served now; `undefined`: it can. */
  readonly notReady: () => Promise<string | undefined>
}

/**
 * Answers `/metrics`, `/healthz` (the process runs), `/readyz` (it can serve) and the page, for listeners on loopback. A
 * web page of somebody else that a browser on this machine shows must not read them: only `Host` names of loopback are
 * answered, and nothing with `Origin`.
 */
export function createMonitor({ metrics, page, notReady }: MonitorOptions): RequestListener {
  return (request, response) => {
    const refusal = refusalOf(request)
    if (refusal !== undefined) return void refuse(request, response, refusal)
    switch (request.url?.replace(/\?.*$/s, '')) {
      case '/metrics':
        return say(request, response, { type: 'text/plain; version=0.0.4; charset=utf-8', body: metrics() })
      case '/healthz':
        return say(request, response, { body: 'ok\n' })
      case '/readyz':
        return void notReady()
          .catch(() => 'unknown')
          .then((reason) =>
            say(request, response, reason === undefined ? { body: 'ok\n' } : { status: 503, body: `${reason}\n` }),
          )
      case '/':
        return say(request, response, { type: 'text/html; charset=utf-8', body: page() })
      default:
        return void refuse(request, response, {
          status: 404,
          code: 'NOT_FOUND',
          message: 'this address has /, /metrics, /healthz and /readyz',
        })
    }
  }
}

function refusalOf({ method, headers }: IncomingMessage): Parameters<typeof refuse>[2] | undefined {
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 400, code: 'UNSUPPORTED', message: 'GET and HEAD only', close: true }
  if (headers.origin !== undefined) return { status: 403, code: 'DENIED', message: 'not available to other web pages' }
  const name = headers.host?.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1') ?? ''
  return isLoopback(name) ? undefined : { status: 403, code: 'DENIED', message: 'use a loopback host name' }
}

function say(
  request: IncomingMessage,
  response: ServerResponse,
  { status = 200, type = 'text/plain; charset=utf-8', body }: { status?: number; type?: string; body: string },
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}
