import type { IncomingMessage } from 'node:http'

/** A body each of whose pieces must come in time. Otherwise the connection ends: who sends nothing keeps nothing open. */
export async function* patientBody(message: IncomingMessage, patienceMs: number): AsyncGenerator<Uint8Array> {
  let waiting = true
  const timer = setTimeout(() => {
    if (waiting) message.socket.destroy()
  }, patienceMs)
  const iterator = message[Symbol.asyncIterator]()
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
  }
}
