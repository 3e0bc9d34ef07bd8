import type { OnReadOpts, Socket } from 'node:net'
import type { Exchange } from './exchange.ts'
import type { Filled, Room } from './room.ts'

/** A connection that carries one request after another, and reads into memory that comes back. */
export interface Connection {
  readonly open: boolean
  /** It has carried a request before. */
  readonly used: boolean
  ask(head: string, exchange: Exchange): void
  /** After a pause. */
  goOn(): void
  /** Nobody asks on it at the moment: what comes or ends now ends it, and it keeps no process alive. */
  rest(onGone: () => void): void
  destroy(): void
}

/** What `net.connect` and `tls.connect` are to be given, before there is a socket. */
export interface Reading {
  readonly onread: OnReadOpts
  /** Once, with the socket that was made. */
  connection(socket: Socket): Connection
}

/** The socket reads into the room, and one function goes from there to the receiver: through no stream and no event. */
export function createReading(room: Room): Reading {
  // More than one while the receiver pauses: TLS hands out what it has decrypted.
  const unread: Filled[] = []
  let from = 0
  let exchange: Exchange | undefined
  let ended = false
  let socket: Socket | undefined
  let onGone: (() => void) | undefined

  const drop = (): void => {
    for (const { letGo } of unread.splice(0)) letGo()
    from = 0
  }
  const destroy = (): void => {
    drop()
    exchange = undefined
    socket?.destroy()
  }
  /** Lets go of the exchange, so that it hears no more. */
  const finish = (tell: (of: Exchange) => void): void => {
    const of = exchange
    exchange = undefined
    if (of !== undefined) tell(of)
  }
  const broke = (error: unknown): void => {
    finish((of) => of.broke(error))
    destroy()
  }

  /** @param length of what was read; 0: to go on with what is there */
  function read(length: number): boolean {
    if (length > 0) unread.push(room.fill(length))
    for (;;) {
      const first = unread[0]
      const now = exchange
      if (now?.paused === true) return false
      if (first === undefined) break
      if (now === undefined) {
        // Nobody asked for it, or it is more than the answer had: it must not be taken for the next one (RFC 9112 6.3).
        destroy()
        return false
      }
      const { answer } = now
      try {
        const event = answer.next(first.bytes, from)
        from = answer.at
        if (event === 'more') {
          unread.shift()
          first.letGo()
          from = 0
          continue
        }
        if (event === 'end') {
          if (from === first.bytes.byteLength) {
            unread.shift()
            first.letGo()
            from = 0
          }
          // What is left of the bytes has to end the connection before somebody else asks on it.
          if (unread.length > 0) destroy()
          exchange = undefined
          now.end()
          return true
        }
        if (event !== 'data') {
          now[event]()
          continue
        }
      } catch (error) {
        broke(error)
        return false
      }
      now.count(from - answer.start)
      try {
        const wait = now.data(first.bytes.subarray(answer.start, from), first.piece.hold())
        if (wait !== undefined) now.pauseFor(wait)
      } catch (error) {
        now.fail(error)
      }
    }
    if (ended) end()
    return true
  }
  const end = (): void => {
    finish((of) => (of.answer.wholeAtClose ? of.end() : of.broke(new Error('the other side closed the connection'))))
  }

  return {
    onread: {
      buffer: room.next,
      callback: read,
    },
    connection(given) {
      socket = given
      let used = false
      given.on('end', () => {
        ended = true
        if (unread.length === 0) end()
      })
      given.on('error', broke)
      given.once('close', () => {
        if (!(ended && unread.length > 0)) broke(new Error('the connection was closed'))
        room.close()
        onGone?.()
      })
      return {
        get open() {
          return !ended && !given.destroyed && given.writable
        },
        get used() {
          return used
        },
        ask(head, of) {
          onGone = undefined
          exchange = of
          given.ref()
          given.write(head, 'latin1')
        },
        goOn() {
          if (read(0) && !given.destroyed) given.resume()
        },
        rest(tell) {
          used = true
          onGone = tell
          given.unref()
        },
        destroy,
      }
    },
  }
}
