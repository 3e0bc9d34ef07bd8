import type { IncomingMessage, ServerResponse } from 'node:http'

/** An answer that is no content. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 429 | 503
  /** Of distribution-spec, or another one in capitals. */
  readonly code: string
  readonly message: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Nothing more is heard on this connection. Default: when the request has a body, which nobody reads. */
  readonly close?: boolean | undefined
}

/** Says it as a registry does (distribution-spec, error codes). */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): number {
  const { status, code, message, headers = {}, close = hasBody(request) } = refusal
  const body = `${JSON.stringify({ errors: [{ code, message }] })}\n`
  if (close) response.setHeader('connection', 'close')
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
  return request.method === 'HEAD' ? 0 : Buffer.byteLength(body)
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
