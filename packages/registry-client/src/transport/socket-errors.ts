import type { Socket } from 'node:net'

/** Why sockets broke, for errors that do not know. */
export interface SocketErrors {
  watch(socket: Socket): void
  /** What broke the socket that `error` is about; `error` itself when nothing is known. */
  causeOf(error: unknown): unknown
}

const most = 64

/**
 * In TLS 1.3 a server refuses a client's certificate after the handshake is over, and its alert may come before undici
 * listens: undici then only sees that the other side closed. Its error says which socket that was.
 */
export function createSocketErrors(): SocketErrors {
  const errors = new Map<string, Error>()
  return {
    watch(socket) {
      const key = `${socket.localAddress}:${socket.localPort}`
      errors.delete(key)
      socket.on('error', (error) => {
        // undici's own comes after it.
        if (!errors.has(key)) errors.set(key, error)
        const [oldest] = errors.keys()
        if (errors.size > most && oldest !== undefined) errors.delete(oldest)
      })
    },
    causeOf(error) {
      const { code, socket } = (error ?? {}) as {
        readonly code?: unknown
        readonly socket?: { readonly localAddress?: string; readonly localPort?: number }
      }
      if (code !== 'UND_ERR_SOCKET' || socket === undefined) return error
      const key = `${socket.localAddress}:${socket.localPort}`
      const cause = errors.get(key)
      errors.delete(key)
      return cause ?? error
    },
  }
}
