import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Transform } from 'node:stream'

/** A way to a server on which every round trip takes the same time, the one that opens a connection included. */
export interface SlowLine {
  readonly host: string
  /** Connections since the last call. */
  connections(): number
  close(): Promise<void>
}

export async function openSlowLine(target: string, roundTripMs: number): Promise<SlowLine> {
  const { hostname, port } = new URL(`http://${target}`)
  const sockets = new Set<Socket>()
  let count = 0
  const server = createServer((near) => {
    count += 1
    const far = connect({ host: hostname, port: Number(port), noDelay: true })
    near.setNoDelay(true)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', () => void (near.destroy(), far.destroy()))
    }
    near.once('close', () => far.destroy())
    // Loopback has answered the connection at once: what would have waited for that waits here.
    near.pipe(late(roundTripMs / 2, roundTripMs)).pipe(far)
    far.pipe(late(roundTripMs / 2)).pipe(near)
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
  return new Transform({
    readableHighWaterMark: 64 * 1024 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      const now = performance.now()
      setTimeout(() => this.push(chunk), Math.max(now, openAt) + ms - now)
      done()
    },
    flush(done) {
      setTimeout(done, Math.max(0, openAt - performance.now()) + ms)
    },
  })
}
