import { getDefaultHighWaterMark } from 'node:stream'

/** In bytes, of the sockets that undici opens. */
const mostRoom = 64 * 1024

/**
 * A body that tells which of its chunks were sent. undici asks for the next chunk at once while its socket has room, and
 * waits until the socket has sent all that it was given once it has none. A chunk that fills a socket by itself leaves no
 * room: when another is asked for after it, it is sent, and so are those before it.
 */
export async function* tellSent(
  body: AsyncIterable<Uint8Array>,
  onSent: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const room = Math.max(mostRoom, getDefaultHighWaterMark(false))
  let under: Uint8Array[] = []
  for await (const chunk of body) {
    under.push(chunk)
    yield chunk
    if (chunk.byteLength < room) continue
    for (const each of under) onSent(each)
    under = []
  }
}
