import { createServer, type Socket } from 'node:net'
import { makeCertificate } from '@lading/test-registry'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Transport, TransportReceiver, TransportRequest } from '../src/index.ts'
import { createPieces } from '../src/transport/sockets/pieces.ts'
import { createRoom } from '../src/transport/sockets/room.ts'
import { createNodeTransport } from '../src/transport/node-transport.ts'
import { createSocketTransport } from '../src/transport/sockets/socket-transport.ts'
import { failureOf } from './support/client.ts'
import { listen } from './support/http-proxy.ts'
import { bytes, serve } from './support/scripted-server.ts'

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody'
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
const ignore: TransportReceiver = { head: () => undefined, data: () => undefined }
const get = (url: string | URL): TransportRequest => ({ method: 'GET', url: new URL(url), headers: {} })

function transportOf(): Transport {
  const { transport, close } = createSocketTransport()
  onTestFinished(close)
  return transport
}

/** Answers the nth request of the nth connection; an answer is sent, and then `then` is done to the connection. */
async function scripted(
  answer: (connection: number, request: number, socket: Socket) => void,
): Promise<{ readonly url: string; readonly asked: () => string; readonly sockets: readonly Socket[] }> {
  const asked: string[] = []
  const sockets: Socket[] = []
  const host = await listen(
    createServer((socket) => {
      const connection = sockets.push(socket)
      let requests = 0
      socket.on('data', () => {
        asked.push(`${connection}.${++requests}`)
        answer(connection, requests, socket)
      })
    }),
  )
  return { url: `http://${host}/`, asked: () => asked.join(' '), sockets }
}

async function bodyOf(transport: Transport, url: string): Promise<string> {
  let body = ''
  await transport(get(url), { ...ignore, data: (chunk) => void (body += Buffer.from(chunk).toString()) })
  return body
}

describe('a connection', () => {
  it('carries one request after the other, and several at once are several', async () => {
    const { url, asked } = await scripted((_connection, _request, socket) => void setImmediate(() => socket.write(ok)))
    const transport = transportOf()
    expect(await bodyOf(transport, url)).toBe('body')
    expect(await bodyOf(transport, url)).toBe('body')
    await Promise.all([bodyOf(transport, url), bodyOf(transport, url)])
    expect(asked()).toBe('1.1 1.2 1.3 2.1')
  })

  it.each([
    ['says that it closes', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\nbody'],
    ['waits for too short a time', 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 4\r\n\r\nbody'],
    ['is older than HTTP/1.1', 'HTTP/1.0 200 OK\r\ncontent-length: 4\r\n\r\nbody'],
    ['sends more than it says', `${ok}HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad`],
  ])('of a server that %s is not used again', async (_what, answer) => {
    const { url, asked } = await scripted((_connection, _request, socket) => socket.write(answer))
    const transport = transportOf()
    expect(await bodyOf(transport, url)).toBe('body')
    expect(await bodyOf(transport, url)).toBe('body')
    expect(asked()).toBe('1.1 2.1')
  })

  it('on which something came that nobody asked for is not used again', async () => {
    const { url, asked, sockets } = await scripted((_connection, _request, socket) => socket.write(ok))
    const transport = transportOf()
    await bodyOf(transport, url)
    const gone = new Promise((resolve) => sockets[0]?.once('close', resolve))
    sockets[0]?.write('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad')
    await gone
    expect(await bodyOf(transport, url)).toBe('body')
    expect(asked()).toBe('1.1 2.1')
  })

  it('that was gone when it was used again is nobody’s fault: it is asked once more, on a new one', async () => {
    const { url, asked } = await scripted((_connection, request, socket) => {
      if (request === 1) socket.write(ok)
      else socket.destroy()
    })
    const transport = transportOf()
    expect(await bodyOf(transport, url)).toBe('body')
    expect(await bodyOf(transport, url)).toBe('body')
    expect(asked()).toBe('1.1 1.2 2.1')
  })

  it.each([
    ['a new one that ends before an answer', '', '1.1'],
    ['a new one that ends in its head', 'HTTP/1.1 200 OK\r\n', '1.1'],
  ])('is asked on once: %s', async (_what, said, expected) => {
    const { url, asked } = await scripted((_connection, _request, socket) => socket.end(said))
    expect(await failureOf(transportOf()(get(url), ignore))).toMatchObject({ code: 'CONNECTION_LOST', temporary: true })
    expect(asked()).toBe(expected)
  })

  it('that was used before and breaks after a byte of the answer is lost', async () => {
    const { url, asked } = await scripted((_connection, request, socket) => {
      if (request === 1) socket.write(ok)
      else socket.end('H')
    })
    const transport = transportOf()
    await bodyOf(transport, url)
    expect(await failureOf(transport(get(url), ignore))).toMatchObject({ code: 'CONNECTION_LOST' })
    expect(asked()).toBe('1.1 1.2')
  })

  it('is left at once by who closes the transport, with a request on it or without', async () => {
    const { url, sockets, asked } = await scripted((connection, request, socket) => {
      if (connection < 3 && request === 1) setImmediate(() => socket.write(ok))
    })
    const { transport, close } = createSocketTransport()
    await Promise.all([bodyOf(transport, url), bodyOf(transport, url)])
    const gone = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    const waiting = failureOf(transport(get(url), ignore))
    while (asked().split(' ').length < 3) await turn()
    await close()
    await gone
    expect(await waiting).toMatchObject({ code: 'CONNECTION_LOST' })
    await expect(transport(get(url), ignore)).rejects.toThrow('closed')
    expect(sockets).toHaveLength(2)
  })

  it('is not waited for by who gives up', async () => {
    const reason = { enough: true }
    const giveUp = new AbortController()
    const { transport, close } = createSocketTransport({
      lookup: () => void setImmediate(() => giveUp.abort(reason)),
    })
    onTestFinished(close)
    await expect(transport(get('http://a.example/'), ignore, { signal: giveUp.signal })).rejects.toBe(reason)
  })

  it('over TLS resumes the session of the one before it', async () => {
    const tls = makeCertificate()
    const reused: unknown[] = []
    const server = await serve(
      (request, response) => {
        reused.push((request.socket as unknown as { isSessionReused(): boolean }).isSessionReused())
        bytes(response, 200, 'body', { connection: 'close' })
      },
      { tls },
    )
    const { transport, close } = createSocketTransport({ certificates: [tls.cert] })
    onTestFinished(close)
    for (let count = 0; count < 2; count++) await transport(get(server.origin), ignore)
    expect(reused).toEqual([false, true])
  })
})

describe('what is asked', () => {
  it.each<readonly [string, Partial<TransportRequest>]>([
    ['with a body', { method: 'POST', body: 'x' }],
    ['through a proxy', { proxy: { scheme: 'http', host: '127.0.0.1:1' } }],
    ['with a field that says how it is sent', { headers: { Expect: '100-continue' } }],
    ['with a line break in a field', { headers: { 'x-a': 'b\r\nx-c: d' } }],
    ['to delete something', { method: 'DELETE' }],
  ])('%s is left to undici', (_what, request) => {
    expect(createSocketTransport().can({ ...get('http://a.example/'), ...request })).toBe(false)
  })

  it('by sockets of ours is bodies that are expected to be large', async () => {
    const ports: (number | undefined)[] = []
    const server = await serve((request, response) => {
      ports.push(request.socket.remotePort)
      bytes(response, 200, 'body')
    })
    const { transport, close } = createNodeTransport({ leastBody: 1000 })
    onTestFinished(close)
    for (const bodySize of [undefined, 999, 1000, 1000])
      await transport({ ...get(server.origin), ...(bodySize === undefined ? {} : { bodySize }) }, ignore)
    expect(ports[1]).toBe(ports[0])
    expect(ports[2]).not.toBe(ports[0])
    expect(ports[3]).toBe(ports[2])
  })
})

describe('memory that is read into', () => {
  it('is used again when everybody has let go of it, and not before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ length: fc.integer({ min: 1, max: 400 }), keeps: fc.nat(5) }), { maxLength: 200 }),
        (reads) => {
          const room = createRoom(createPieces(1000, 2), 400)
          const held: { readonly bytes: Buffer; readonly mark: number; readonly letGo: () => void; until: number }[] =
            []
          for (const [mark, { length, keeps }] of reads.entries()) {
            const next = room.next()
            expect(next.byteLength).toBeGreaterThanOrEqual(400)
            next.fill(mark % 256, 0, length)
            const { bytes: filled, letGo } = room.fill(length)
            held.push({ bytes: filled, mark: mark % 256, letGo, until: mark + keeps })
            for (const each of held.splice(0)) {
              expect(each.bytes.every((byte) => byte === each.mark)).toBe(true)
              if (each.until > mark) held.push(each)
              else {
                each.letGo()
                each.letGo()
              }
            }
          }
          room.close()
        },
      ),
      { numRuns: 50 },
    )
  })

  it('is the same for one body after another, where it is given back at once', async () => {
    const body = Buffer.alloc(3_000_000, 'x')
    const server = await serve((_request, response) => bytes(response, 200, body))
    const transport = transportOf()
    const memory = new Set<ArrayBufferLike>()
    for (let count = 0; count < 2; count++)
      await transport(get(server.origin), {
        ...ignore,
        data(chunk, giveBack) {
          memory.add(chunk.buffer)
          giveBack?.()
        },
      })
    expect(memory.size).toBe(1)
  })

  it('is not read into while the receiver pauses', async () => {
    let sent = 0
    const { url } = await scripted((_connection, _request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const more = (): void => {
        while (socket.write(Buffer.alloc(65_536))) sent += 65_536
        socket.once('drain', more)
      }
      more()
    })
    const leave = new AbortController()
    const pause = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    let received = 0
    const data = (chunk: Uint8Array): Promise<void> => {
      received += chunk.byteLength
      begun.resolve()
      return pause.promise
    }
    const outcome = failureOf(transportOf()(get(url), { ...ignore, data }, { signal: leave.signal }))
    await begun.promise
    let before = -1
    // Until the server's socket takes nothing any more.
    while (sent !== before) {
      before = sent
      for (let count = 0; count < 20; count++) await turn()
    }
    const first = received
    await turn()
    expect(received).toBe(first)
    leave.abort(new Error('enough'))
    pause.resolve()
    expect((await outcome).message).toBe('enough')
    expect(received).toBe(first)
  })
})
