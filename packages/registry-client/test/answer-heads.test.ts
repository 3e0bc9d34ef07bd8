import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { makeCertificate } from '@lading/test-registry'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createUndiciTransport, type Transport } from '../src/index.ts'
import { createHeadBudget, readAlongInHeads } from '../src/transport/answer-heads.ts'
import { clientOf, failureOf } from './support/client.ts'
import { rawServer } from './support/http-proxy.ts'
import { descriptorOf, manifestOf } from './support/image.ts'
import { bytes, serve } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody'

interface Got {
  readonly status: number
  readonly body: string
}

function transportOf(): (url: string, method?: 'GET' | 'HEAD') => Promise<Got> {
  const { transport, close } = createUndiciTransport()
  onTestFinished(close)
  return (url, method = 'GET') => got(transport, url, method)
}

async function got(transport: Transport, url: string, method: 'GET' | 'HEAD'): Promise<Got> {
  let status = 0
  let body = ''
  await transport(
    { method, url: new URL(url), headers: {} },
    {
      head: (given) => void (status = given),
      data: (chunk) => void (body += Buffer.from(chunk).toString()),
    },
  )
  return { status, body }
}

/** Answers each request with these pieces, one after the other has left. */
const inPieces = (...pieces: readonly string[]): Promise<string> =>
  rawServer((received, socket) => {
    if (!received.toString('latin1').endsWith('\r\n\r\n')) return
    let sent = Promise.resolve()
    for (const piece of pieces)
      sent = sent.then(
        () =>
          new Promise((resolve) => {
            socket.write(piece, () => setImmediate(resolve))
          }),
      )
  })

describe('an interim answer that nobody asked for', () => {
  it.each([
    ['100', ['HTTP/1.1 100 Continue\r\n\r\n']],
    ['102', ['HTTP/1.1 102 Processing\r\n\r\n']],
    ['103 with fields', ['HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n']],
    ['104', ['HTTP/1.1 104 Upload Resumption Supported\r\n\r\n']],
    ['199', ['HTTP/1.1 199 Whatever\r\n\r\n']],
    ['100 without words', ['HTTP/1.1 100\r\n\r\n']],
    ['100 with fields', ['HTTP/1.1 100 Continue\r\nx: 1\r\nHTTP: 1.1 100\r\n\r\n']],
    ['several of them', ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n']],
    ['one in pieces', ['HTTP/1.1 1', '0', '0 Conti', 'nue\r', '\n\r', '\n']],
    ['sixteen of them', Array.from({ length: 16 }, () => 'HTTP/1.1 100 Continue\r\n\r\n')],
  ])('is read past: %s', async (_name, interims) => {
    const ask = transportOf()
    for (const pieces of [[...interims, ok], [interims.join('') + ok]]) {
      const url = `http://${await inPieces(...pieces)}/`
      expect(await ask(url)).toEqual({ status: 200, body: 'body' })
      // On the same connection once more.
      expect(await ask(url)).toEqual({ status: 200, body: 'body' })
    }
  })

  it('is read past before the answer to a HEAD, too', async () => {
    const host = await inPieces('HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n')
    expect(await transportOf()(`http://${host}/`, 'HEAD')).toEqual({ status: 200, body: '' })
  })

  it('is read past over TLS', async () => {
    const { key, cert } = makeCertificate()
    const server = await serve(
      (_request, response) => {
        response.writeContinue()
        response.writeEarlyHints({ link: '</x>; rel=preload' })
        bytes(response, 200, 'body')
      },
      { tls: { key, cert } },
    )
    const { transport, close } = createUndiciTransport({ certificates: [cert] })
    onTestFinished(close)
    expect(await got(transport, server.origin, 'GET')).toEqual({ status: 200, body: 'body' })
  })

  it('is an error where it switches the protocol, and after sixteen others', async () => {
    const many = 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(17)
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'
    for (const first of [many, upgrade, 'HTTP/1.1 101 Switching Protocols\r\n\r\n']) {
      const host = await inPieces(first, ok)
      expect(await failureOf(transportOf()(`http://${host}/`))).toMatchObject({
        code: 'BAD_RESPONSE',
        temporary: false,
      })
    }
  })

  it('changes no byte of a body that looks like one', async () => {
    const blob = Buffer.from('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n')
    const server = await serve((_request, response) => {
      response.writeContinue()
      response.writeHead(200, { 'content-length': String(blob.byteLength) })
      response.flushHeaders()
      setImmediate(() => response.end(blob))
    })
    const sink = sinkOf()
    await clientOf().repository(`${server.host}/a`).blobs.fetch(descriptorOf(blob), sink)
    expect(sink.content()).toEqual(blob)
  })
})

// That less is read, of tokens, lists, manifests and blobs, is tried with the test registry's `headerBytes`.
describe('an answer with many header fields', () => {
  const { bytes: manifest } = manifestOf()
  const padded = (kib: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: kib }, (_, index) => [`x-pad-${index}`, 'x'.repeat(1000)]))

  it('is an error beyond 256 KiB', async () => {
    const server = await serve((_request, response) => bytes(response, 200, manifest, padded(280)))
    const get = clientOf().repository(`${server.host}/a`).manifests.get('1')
    expect(await failureOf(get)).toMatchObject({ code: 'BAD_RESPONSE' })
  })

  it('is an error with more than 4096 lines', async () => {
    const host = await inPieces(`HTTP/1.1 200 OK\r\n${'x:\r\n'.repeat(5000)}\r\n`)
    expect(await failureOf(transportOf()(`http://${host}/`))).toMatchObject({ code: 'BAD_RESPONSE' })
  })
})

describe('the heads of all connections', () => {
  /** A connection to which a request was written, and the bytes that come. */
  const connection = (budget: ReturnType<typeof createHeadBudget>) => {
    const chunks: Buffer[] = []
    const state = { broken: undefined as Error | undefined }
    const emitter = new EventEmitter()
    const socket = Object.assign(emitter, {
      read: () => chunks.shift() ?? null,
      write: () => true,
      destroy(error: Error) {
        state.broken = error
        emitter.emit('close')
      },
    }) as unknown as Socket
    readAlongInHeads(socket, budget)
    return {
      state,
      ask: () => socket.write('GET'),
      leave: () => socket.emit('close'),
      receive(text: string) {
        chunks.push(Buffer.from(text, 'latin1'))
        return (socket.read() as Buffer).toString('latin1')
      },
    }
  }
  const headOf = (length: number): string => `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(length - 24)}\r\n\r\n`

  it('have a bound together, which the next request and a closed connection make room in', () => {
    const budget = createHeadBudget(1000)
    const [a, b, c] = [connection(budget), connection(budget), connection(budget)]
    a.ask()
    a.receive(`${headOf(400)}the body does not count${'x'.repeat(5000)}`)
    b.ask()
    b.receive(headOf(400))
    a.ask()
    c.ask()
    c.receive(headOf(400))
    expect([a, b, c].map(({ state }) => state.broken)).toEqual([undefined, undefined, undefined])
    b.leave()
    a.receive(headOf(400))
    expect(a.state.broken).toBeUndefined()
    const d = connection(budget)
    d.ask()
    d.receive(headOf(400).slice(0, 300))
    expect(d.state.broken).toMatchObject({ code: 'UND_ERR_HEADERS_OVERFLOW' })
    const e = connection(budget)
    e.ask()
    e.receive(headOf(200))
    expect(e.state.broken).toBeUndefined()
  })

  it('lose nothing however they are cut: a 100 is a 102, all else stays', () => {
    const lines = fc.constantFrom('100', '102', '103', '100 Continue', '103 Early Hints\r\nlink: <x>')
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 8 }), fc.array(fc.nat(40)), fc.string(), (interims, cuts, body) => {
        const before = interims.map((line) => `HTTP/1.1 ${line}\r\n\r\n`).join('')
        const rest = Buffer.from(`HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 100 ${body}`).toString('latin1')
        const { ask, receive } = connection(createHeadBudget())
        ask()
        let left = before + rest
        let seen = ''
        for (const cut of [...cuts.filter((each) => each > 0), left.length]) {
          if (left === '') break
          seen += receive(left.slice(0, cut))
          left = left.slice(cut)
        }
        expect(seen).toBe(before.replaceAll('HTTP/1.1 100', 'HTTP/1.1 102') + rest)
      }),
    )
  })
})
