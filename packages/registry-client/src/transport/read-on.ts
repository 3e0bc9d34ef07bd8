import type { Socket } from 'node:net'

type Done = (error?: Error | null) => void

/** What a write to a connection says that the peer has reset. */
const gone: ReadonlySet<unknown> = new Set(['EPIPE', 'ECONNRESET', 'ECONNABORTED'])

/**
 * A server that refuses a request before it has read all of its body answers and closes, which resets the connection
 * (RFC 9112 9.6). Node ends a connection at the first write that fails, with an answer that has come unread in it: here
 * the failure is told only after everything that came was read.
 */
export function readOnAfterFailedWrites(socket: Socket): void {
  const afterReading =
    (done: Done): Done =>
    (error) => {
      const { code } = (error ?? {}) as { readonly code?: unknown }
      if (!gone.has(code) || socket.readableEnded || socket.destroyed) return done(error)
      let told = false
      const tell = (): void => {
        if (told) return
        told = true
        done(error)
      }
      // Others who listen for the end come first: it may be what makes the answer whole.
      socket.once('end', () => setImmediate(tell))
      socket.once('close', tell)
    }
  const { _write: write, _writev: writeAll } = socket
  const patient: Pick<Socket, '_write' | '_writev'> = {
    _write: (chunk, encoding, done) => write.call(socket, chunk, encoding, afterReading(done)),
    ...(writeAll === undefined ? {} : { _writev: (chunks, done) => writeAll.call(socket, chunks, afterReading(done)) }),
  }
  Object.assign(socket, patient)
}
