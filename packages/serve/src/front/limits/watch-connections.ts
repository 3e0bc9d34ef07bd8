import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { clientOf } from './client-of.ts'

/** The connections of a server. */
export interface Connections {
  readonly all: number
  /** Whether this is one of those that its client has above the limit: it is told so, and closed. */
  isSurplus(
    socket: Socket | { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined },
  ): boolean
  /** Ends every one, also those that never said a word. Returns how many. */
  cut(): number
}

/**
 * A connection above the limit of its client is marked, so that its first request can be told why. One above twice the
 * limit is cut without a word: whoever opens so many listens to none.
 */
export function watchConnections(server: Server, { perClient }: { readonly perClient: number }): Connections {
  const sockets = new Set<Socket>()
  const byClient = new Map<string, number>()
  /** By both ends, for under TLS a request has another socket than the server was given. */
  const surplus = new Set<string>()
  server.on('connection', (socket: Socket) => {
    const client = clientOf(socket.remoteAddress)
    const key = keyOf(socket)
    const count = (byClient.get(client) ?? 0) + 1
    byClient.set(client, count)
    sockets.add(socket)
    if (count > perClient) surplus.add(key)
    socket.once('close', () => {
      sockets.delete(socket)
      surplus.delete(key)
      const left = (byClient.get(client) ?? 1) - 1
      if (left === 0) byClient.delete(client)
      else byClient.set(client, left)
    })
    if (count > 2 * perClient) socket.destroy()
  })
  return {
    get all() {
      return sockets.size
    },
    isSurplus: (socket) => surplus.has(keyOf(socket)),
    cut() {
      const count = sockets.size
      for (const socket of sockets) socket.destroy()
      return count
    },
  }
}

const keyOf = ({
  remoteAddress,
  remotePort,
}: {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
}): string => `${remoteAddress} ${remotePort}`
