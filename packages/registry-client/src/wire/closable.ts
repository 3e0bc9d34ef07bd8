import { RegistryError } from '../errors/registry-error.ts'
import type { Transport } from '../transport.ts'
import type { ClosableTransport } from '../transport/undici-transport.ts'

/** A transport that is not ours to close: what goes through it is given up instead, as `CLIENT_CLOSED`. */
export function closable(transport: Transport): ClosableTransport {
  const closing = new AbortController()
  return {
    transport: (request, to, { signal } = {}) =>
      transport(request, to, {
        signal: signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]),
      }),
    async close() {
      closing.abort(new RegistryError('CLIENT_CLOSED', 'the registry client is closed'))
    },
  }
}
