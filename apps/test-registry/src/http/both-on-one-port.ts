import type { Server } from 'node:http'
import { createServer as createNetServer, type AddressInfo, type Socket } from 'node:net'

/** What `listen` needs of a server. */
export interface TwoFacedServer {
  once(event: 'error', listener: (error: Error) => void): unknown
  listen(port: number, host: string, listening: () => void): unknown
  address(): AddressInfo | string | null
  close(closed: () => void): unknown
  closeAllConnections(): void
}

/** First byte of a TLS record that carries a handshake (RFC 8446 5.1). No HTTP request begins with it. */
const handshake = 0x16

/** https and plain http on one port: the first byte of a connection tells which. */
export function bothOnOnePort(plain: Server, secure: Server): TwoFacedServer {
  const sockets = new Set<Socket>()
  const server = createNetServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null
      if (first === null) return
      socket.unshift(first)
      ;(first[0] === handshake ? secure : plain).emit('connection', socket)
    })
  })
  return {
    once: (event, listener) => server.once(event, listener),
    listen: (port, host, listening) => server.listen(port, host, listening),
    address: () => server.address(),
    close: (closed) => server.close(closed),
    closeAllConnections() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
