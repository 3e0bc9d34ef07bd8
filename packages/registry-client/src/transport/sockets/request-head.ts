import type { TransportRequest } from '../../transport.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const content = /^[\t\x20-\x7e\x80-\xff]*$/
const path = /^[\x21-\x7e]+$/
/** Fields that say how a request is sent, and not what is asked. */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Can it be asked in a few lines, and nothing else: no body, no proxy, no field that changes how it is sent? */
export const isPlain = ({ method, url, headers, body, proxy }: TransportRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  body === undefined &&
  proxy === undefined &&
  (url.protocol === 'https:' || url.protocol === 'http:') &&
  path.test(url.pathname + url.search) &&
  Object.entries(headers).every(
    ([name, value]) => token.test(name) && content.test(value) && !framing.has(name.toLowerCase()),
  )

/** The head of a request without a body (RFC 9112 3). */
export function requestHead({ method, url, headers }: TransportRequest): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n${fields.join('')}\r\n`
}
