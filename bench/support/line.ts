import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface LineShape {
  /** Of every round trip, the one that opens a connection included. */
  readonly roundTripMs?: number | undefined
  /** To the client, on each connection. */
  readonly bytesPerSecond?: number | undefined
  /** A connection ends when so many have come to the client. */
  readonly cutEveryBytes?: number | undefined
}

/** A way to a server that is longer, narrower or less sure than loopback. */
export interface Line {
  readonly host: string
  /** Connections since the last call. */
  connections(): number
  close(): Promise<void>
}

export async function openLine(target: string, shape: LineShape): Promise<Line> {
  const { hostname, port } = new URL(`http://${target}`)
  const { roundTripMs = 0, bytesPerSecond = Infinity, cutEveryBytes = Infinity } = shape
  const sockets = new Set<Socket>()
  let count = 0
  const server = createServer((near) => {
    count += 1
    const far = connect({ host: hostname, port: Number(port), noDelay: true })
    near.setNoDelay(true)
    const end = (): void => void (near.destroy(), far.destroy())
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', end)
    }
    near.once('close', end)
    near.once('finish', end)
    // Loopback has answered the connection at once: what would have waited for that waits here.
    // No pipeline: it would end the way back, on which an answer may still be, when the server has closed its side.
    near.pipe(late(roundTripMs / 2, roundTripMs)).pipe(far)
    const back = [
      ...(bytesPerSecond === Infinity ? [] : [paced(bytesPerSecond)]),
      ...(cutEveryBytes === Infinity ? [] : [cut(cutEveryBytes)]),
      ...(roundTripMs === 0 ? [] : [late(roundTripMs / 2)]),
    ]
    pipeline([far, ...back, near]).catch(end)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections() {
      const opened = count
      count = 0
      return opened
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Every chunk arrives so much later, in its order, and none holds up the next. */
function late(ms: number, openingMs = 0): Transform {
  const openAt = performance.now() + openingMs
  const waiting: { readonly chunk: Buffer; readonly due: number }[] = []
  let whenEmpty: (() => void) | undefined
  const line = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // One timer for all of them: several may overtake each other.
      if (waiting.push({ chunk, due: Math.max(performance.now(), openAt) + ms }) === 1) deliver()
      done()
    },
    flush(done) {
      if (waiting.length === 0) done()
      else whenEmpty = done
    },
  })
  const deliver = (): void => {
    const now = performance.now()
    while (waiting[0] !== undefined && waiting[0].due <= now) line.push(waiting.shift()?.chunk)
    if (waiting[0] === undefined) whenEmpty?.()
    else setTimeout(deliver, waiting[0].due - now)
  }
  return line
}

/** No chunk before the ones ahead of it have had their time; what a coarse timer loses is made up for. */
function paced(bytesPerSecond: number): Transform {
  let free = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const now = performance.now()
      free = Math.max(free, now - 20) + (chunk.length / bytesPerSecond) * 1000
      if (free <= now) done(null, chunk)
      else setTimeout(() => done(null, chunk), free - now)
    },
  })
}

function cut(afterBytes: number): Transform {
  let left = afterBytes
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      this.push(chunk.subarray(0, left))
      left -= chunk.length
      if (left <= 0) this.push(null)
      else done()
    },
  })
}
