import type { ConnectOptions } from './connect.ts'
import { createSocketTransport } from './sockets/socket-transport.ts'
import type { Timeouts } from './timeouts.ts'
import { createUndiciTransport, type ClosableTransport } from './undici-transport.ts'

export interface NodeTransportOptions extends ConnectOptions {
  readonly timeouts?: Timeouts | undefined
  /** Bodies that are expected to have so many bytes, or more, are read by sockets of ours. Default 1 MiB; 0: every one. */
  readonly leastBody?: number | undefined
}

/**
 * undici, and sockets of ours for large bodies that come directly: below, the connection that undici has already is worth
 * more than what they save.
 */
export function createNodeTransport({
  leastBody = 1024 * 1024,
  ...options
}: NodeTransportOptions = {}): ClosableTransport {
  const undici = createUndiciTransport(options)
  const sockets = createSocketTransport(options)
  return {
    transport: (request, to, how) =>
      (request.bodySize ?? 0) >= leastBody && sockets.can(request)
        ? sockets.transport(request, to, how)
        : undici.transport(request, to, how),
    async close() {
      await Promise.all([undici.close(), sockets.close()])
    },
  }
}
