import { printable } from '@lading/errors'
import { ServeError } from '../serve-error.ts'
import { hopsOf, mostHops } from './hops.ts'
import type { RequestHead } from './request-head.ts'

const longestTarget = 8192

/**
 * Only what reads, and nothing that another parser on the way could understand in another way.
 *
 * @param self our own pseudonym in `Via`
 * @throws ServeError 400, 405, 414, 508
 */
export function assertReadable({ method, target, headers }: RequestHead, self?: string): void {
  const hasBody =
    headers.has('transfer-encoding') || !(headers.get('content-length') ?? []).every((text) => text === '0')
  if (method !== 'GET' && method !== 'HEAD')
    throw new ServeError('UNSUPPORTED', `${printable(method, 20)} is not supported: this registry is read-only`, {
      status: 405,
      headers: { allow: 'GET, HEAD' },
      closes: hasBody,
    })
  if (hasBody) throw new ServeError('UNSUPPORTED', 'a read request must not have a body', { status: 400, closes: true })
  if ((headers.get('host') ?? []).length > 1)
    throw new ServeError('UNSUPPORTED', 'the request names several hosts', { status: 400, closes: true })
  if (target.length > longestTarget)
    throw new ServeError('UNSUPPORTED', 'the address is too long', { status: 414, closes: true })
  const hops = hopsOf(headers)
  if (self !== undefined && hops.includes(self))
    throw new ServeError('UNAVAILABLE', 'this request comes from this server itself', {
      status: 508,
      hint: 'one of its upstreams, or a mirror of one, points back to this server',
    })
  if (hops.length > mostHops)
    throw new ServeError('UNAVAILABLE', `this request has passed ${hops.length} servers`, {
      status: 508,
      hint: 'servers that ask each other in a circle pass a request on without end: look at their upstreams',
    })
}
