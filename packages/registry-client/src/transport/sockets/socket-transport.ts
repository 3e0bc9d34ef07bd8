import { createHeldFailure, guardListener } from '@lading/errors'
import type { TransportRequest } from '../../transport.ts'
import { createHeadBudget } from '../answer-heads.ts'
import { createConnect, type ConnectOptions } from '../connect.ts'
import { loadUndici } from '../load-undici.ts'
import { mannerKey } from '../manner-key.ts'
import { routeOf, type Route } from '../route.ts'
import { readTimeouts, type Timeouts } from '../timeouts.ts'
import type { ClosableTransport } from '../undici-transport.ts'
import { createReadingConnectors, transportClosed, type ReadingConnectors } from './build-reading.ts'
import type { Connection } from './connection.ts'
import { createIdleConnections } from './idle-connections.ts'
import { createPieces } from './pieces.ts'
import { isPlain } from './request-head.ts'
import { runExchange } from './run-exchange.ts'

export interface SocketTransport extends ClosableTransport {
  /** It asks without a body and without a proxy, and nothing else. */
  can(request: TransportRequest): boolean
}

type Connect = (to: Route) => Promise<Connection>

/**
 * GET and HEAD in HTTP/1.1 on sockets that read into memory which the receiver gives back: a body costs less than half of
 * the processor time that it does with undici, whose sockets read into new memory each time. Connections come about as
 * they do there, in its connector.
 */
export function createSocketTransport({
  certificates,
  lookup,
  onTls,
  onConnected,
  timeouts: given,
}: ConnectOptions & { readonly timeouts?: Timeouts | undefined } = {}): SocketTransport {
  const timeouts = readTimeouts(given)
  const failure = createHeldFailure()
  const heads = createHeadBudget()
  const idle = createIdleConnections()
  const closing = new AbortController()
  const pieces = createPieces(256 * 1024, 32)
  const connects = new Map<string, Connect>()
  let making: Promise<ReadingConnectors> | undefined
  const options: ConnectOptions = {
    certificates,
    lookup,
    onTls: guardListener(onTls, failure.hold),
    onConnected: guardListener(onConnected, failure.hold),
  }

  const reading = (): Promise<ReadingConnectors> =>
    (making ??= loadUndici().then(({ buildConnector }) => createReadingConnectors(buildConnector, pieces)))
  const connectFor = (manner: Route['manner'], { build, connectionOf }: ReadingConnectors): Connect => {
    const key = mannerKey(manner)
    const known = connects.get(key)
    if (known !== undefined) return known
    const connect = createConnect(build, {
      ...options,
      ...manner,
      closing: closing.signal,
      // A connection of ours hears itself why it broke.
      socketErrors: { watch: () => undefined, causeOf: (error) => error },
    })
    const made: Connect = ({ origin }) => {
      const { protocol, hostname, host, port } = new URL(origin)
      return new Promise((resolve, reject) => {
        connect({ protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), host, port }, (...answer) => {
          if (answer[0] === null) resolve(connectionOf(answer[1]))
          else reject(answer[0])
        })
      })
    }
    connects.set(key, made)
    return made
  }

  return {
    can: isPlain,
    async transport(request, to, { signal } = {}) {
      signal?.throwIfAborted()
      const route = routeOf(request, timeouts.connect)
      const key = `${mannerKey(route.manner)} ${route.origin}`
      const connectors = await reading()
      signal?.throwIfAborted()
      if (closing.signal.aborted) throw transportClosed()
      for (let whole = false, fresh = false; !whole; fresh = true) {
        const connection = (fresh ? undefined : idle.take(key)) ?? (await connectTo(key, route, { connectors, signal }))
        whole = await runExchange(connection, request, to, {
          heads,
          timeouts,
          failure: route.failure,
          signal,
          onFree: (ms) => idle.put(key, connection, ms),
        })
        if (!whole && closing.signal.aborted) throw route.failure(transportClosed(), false)
      }
      failure.release()
    },
    async close() {
      closing.abort()
      const made = await making
      made?.close()
    },
  }

  /** Given up, nobody waits for the connection; the next request may have it. */
  function connectTo(
    key: string,
    route: Route,
    { connectors, signal }: { readonly connectors: ReadingConnectors; readonly signal: AbortSignal | undefined },
  ): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal?.reason as Error)
      signal?.addEventListener('abort', onAbort, { once: true })
      connectFor(
        route.manner,
        connectors,
      )(route).then(
        (connection) => {
          signal?.removeEventListener('abort', onAbort)
          if (signal?.aborted === true) idle.put(key, connection, 15_000)
          else resolve(connection)
        },
        (error: unknown) => {
          signal?.removeEventListener('abort', onAbort)
          reject(route.failure(error, false))
        },
      )
    })
  }
}
