import type { IncomingMessage } from 'node:http'

/**
 * A body each of whose pieces must come in time. Otherwise the connection ends: who sends nothing keeps nothing open.
 * What is left when the reader stops is thrown away, so that the answer can be read and the connection go on.
 */
export async function* patientBody(message: IncomingMessage, patienceMs: number): AsyncGenerator<Uint8Array> {
  let waiting = true
  const timer = setTimeout(() => {
    if (waiting) message.socket.destroy()
  }, patienceMs)
  const iterator = message.iterator({ destroyOnReturn: false })
  try {
    for (;;) {
      timer.refresh()
      waiting = true
      const next = await iterator.next()
      waiting = false
      if (next.done === true) return
      yield next.value as Uint8Array
    }
  } finally {
    clearTimeout(timer)
    await iterator.return?.()
    message.resume()
  }
}
