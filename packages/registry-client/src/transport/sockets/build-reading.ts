import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'
import { createReading, type Connection } from './connection.ts'
import type { Pieces } from './pieces.ts'
import { createRoom } from './room.ts'

/** Of TLS, for hosts that were connected to. */
const mostSessions = 100

/** Bytes of room for a read: what TLS decrypts at a time, and what a socket is asked for. */
const leastOfTls = 16 * 1024
const leastOfPlain = 64 * 1024

export const transportClosed = (): Error => new Error('the transport is closed')

/** A maker of connectors as undici's is, whose sockets read for a connection of ours. */
export interface ReadingConnectors {
  readonly build: typeof buildConnector
  /** Of a socket that such a connector gave. */
  connectionOf(socket: Socket): Connection
  /** Ends every connection, also those that do not stand yet. */
  close(): void
}

/**
 * Connects as undici does (the same options, names and errors), each time anew, because what a socket reads into belongs
 * to it alone. TLS sessions are kept here for the next connection.
 *
 */
export function createReadingConnectors(build: typeof buildConnector, pieces: Pieces): ReadingConnectors {
  const connections = new WeakMap<Socket, Connection>()
  const sockets = new Set<Socket>()
  let closed = false
  return {
    build(options) {
      const sessions = new Map<string, Buffer>()
      return (to, callback) => {
        const reading = createReading(createRoom(pieces, to.protocol === 'https:' ? leastOfTls : leastOfPlain))
        const key = to.servername ?? to.hostname
        const connect = build({
          ...options,
          session: sessions.get(key),
          onread: reading.onread,
        })
        // undici's connector gives its socket, which its types do not say.
        const socket = connect(to, callback) as unknown as Socket
        if (closed) socket.destroy(transportClosed())
        connections.set(socket, reading.connection(socket))
        sockets.add(socket)
        socket.once('close', () => sockets.delete(socket))
        socket.on('session', (session: Buffer) => {
          sessions.delete(key)
          sessions.set(key, session)
          const [oldest] = sessions.keys()
          if (sessions.size > mostSessions && oldest !== undefined) sessions.delete(oldest)
        })
        return socket as unknown as void
      }
    },
    connectionOf(socket) {
      const connection = connections.get(socket)
      if (connection === undefined) throw new Error('a socket of somebody else')
      return connection
    },
    close() {
      closed = true
      for (const socket of sockets) socket.destroy(transportClosed())
    },
  }
}
