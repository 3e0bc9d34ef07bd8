import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ending } from './ending.ts'
import type { Content } from '../state/content.ts'
import { write, writeContent, type WriteOptions } from './write.ts'

// A reset throws away what the kernel has not delivered yet. This long a client may take to read what was sent before it.
const settleMs = 25
/** So many of the last bytes are in the chunk that is cut. */
const cutBytes = 1024
/** A TLS record with the fatal alert `internal_error` (RFC 8446 6.2), which no key has sealed. */
const alert = Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x50)

/** The body up to where a fault ends it, and then the end. The head is written. */
export async function endEarly(
  response: ServerResponse,
  socket: Socket,
  content: Content,
  end: number,
  how: Ending['how'],
  options: WriteOptions,
): Promise<void> {
  const cut = how === 'cut-chunk' ? Math.min(cutBytes, end) : 0
  await writeContent(response, content, 0, end - cut, options)
  await flushed(response)
  if (how === 'cut-chunk') {
    // The chunk promises more than the connection will bring.
    await write(socket, Buffer.from(`${(2 * cutBytes + cut).toString(16)}\r\n`), options.signal)
    await writeContent(socket, content, end - cut, end, options)
  }
  if (how === 'bad-chunk') await write(socket, Buffer.from('not-a-size\r\n'), options.signal)
  if (how === 'reset' && end > 0) await sleep(settleMs, undefined, { signal: options.signal })
  await breakOff(socket, how, options.signal)
}

/** Ends a connection in the middle of things. */
export async function breakOff(socket: Socket, how: Ending['how'], signal: AbortSignal): Promise<void> {
  if (how === 'reset') return lowerSocket(socket).resetAndDestroy() && undefined
  if (how === 'stall') return void (signal.aborted || (await once(signal, 'abort')))
  if (how === 'tls-alert' && lowerSocket(socket) !== socket) {
    const lower = lowerSocket(socket)
    return void lower.write(alert, () => lower.destroy())
  }
  socket.end()
}

/** A TLS socket cannot send RST, or bytes that are not sealed; the TCP socket under it can, and Node has no public name for that one. */
function lowerSocket(socket: Socket): Socket {
  const lower: unknown = Reflect.get(socket, '_parent')
  return lower instanceof Socket ? lower : socket
}

const flushed = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.once('close', resolve)
    response.write('', () => resolve())
  })
