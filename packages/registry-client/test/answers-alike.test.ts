import { isLadingError } from '@lading/errors'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { createUndiciTransport, type Transport } from '../src/index.ts'
import { createSocketTransport } from '../src/transport/sockets/socket-transport.ts'
import { rawServer } from './support/http-proxy.ts'

/** A server that says whatever a test wants, in pieces, and closes the connection then. */
async function parrot(): Promise<{ readonly url: URL; say(pieces: readonly string[]): void }> {
  let pieces: readonly string[] = []
  const host = await rawServer((received, socket) => {
    if (!received.toString('latin1').endsWith('\r\n\r\n')) return
    let sent = Promise.resolve()
    for (const piece of pieces)
      sent = sent.then(
        () =>
          new Promise((resolve) => {
            socket.write(piece, 'latin1', () => setImmediate(resolve))
          }),
      )
    void sent.then(() => socket.end())
  })
  return { url: new URL(`http://${host}/`), say: (given) => void (pieces = given) }
}

interface Outcome {
  readonly status?: number | undefined
  readonly fields?: readonly (string | undefined)[] | undefined
  readonly body: string
  readonly code?: string | undefined
  readonly temporary?: unknown
}

const looked = ['content-type', 'content-length', 'x-some', 'etag', 'connection']

async function outcomeOf(transport: Transport, url: URL, method: 'GET' | 'HEAD'): Promise<Outcome> {
  let status: number | undefined
  let fields: readonly (string | undefined)[] | undefined
  let body = ''
  try {
    await transport(
      { method, url, headers: {} },
      {
        head(given, headers) {
          status = given
          // White space around a value is none of it, which undici leaves behind it.
          fields = looked.map((name) => headers.get(name)?.replaceAll(/[ \t]+(?=,|$)/g, ''))
        },
        data(chunk, giveBack) {
          body += Buffer.from(chunk).toString('latin1')
          giveBack?.()
        },
      },
    )
    return { status, fields, body }
  } catch (error) {
    if (!isLadingError(error)) throw error
    return { status, fields, body, code: error.code, temporary: (error as { readonly temporary?: unknown }).temporary }
  }
}

const heads = [
  'HTTP/1.1 200 OK',
  'HTTP/1.1 206 Partial Content',
  'HTTP/1.1 404 Not Found',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK',
  'HTTP/1.1 103 Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK',
  'HTTP/1.1 204',
  'HTTP/1.1 304 Not Modified',
  'HTTP/1.0 200 OK',
  'HTTP/1.1 500',
  'HTTP/1.1 20 OK',
  'HTTP/1.1  200 OK',
  'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade',
  'HTTP/1.1 101 Switching Protocols',
  'HTTP/3.1 200 OK',
  'HTTP/1.1 200 O\x01K',
  'ICY 200 OK',
  'http/1.1 200 OK',
]
const fields = [
  'content-type: x/y',
  'Content-Type:x/y ',
  'x-some: a',
  'X-Some: \t b \t',
  'x-some:',
  'x-some: \xe9\xff',
  'x-some: a\x01',
  'x-some: a\x7f',
  'x-some: a\0b',
  'etag: "x"',
  'x some: y',
  'x-some : y',
  ' x-some: y',
  'x-some',
  ': y',
  'x(y): z',
  'connection: close',
  'connection: keep-alive',
  'keep-alive: timeout=5',
  'upgrade: h2c',
  'connection: upgrade',
  'content-encoding: gzip',
  'trailer: x',
]
const framings = [
  '',
  'content-length: 5\r\n',
  'content-length: 0\r\n',
  'content-length: 4\r\n',
  'content-length: 6\r\n',
  'content-length: 05\r\n',
  'content-length: +5\r\n',
  'content-length: -5\r\n',
  'content-length: 5,5\r\n',
  'content-length: 5 5\r\n',
  'content-length:\r\n',
  'content-length: 0x5\r\n',
  'content-length: 5\r\ncontent-length: 5\r\n',
  'content-length: 5\r\ncontent-length: 6\r\n',
  'content-length: 99999999999999999999999\r\n',
  'content-length: 5\r\ntransfer-encoding: chunked\r\n',
  'transfer-encoding: chunked\r\ncontent-length: 5\r\n',
  'transfer-encoding: chunked\r\n',
  'Transfer-Encoding:  CHUNKED \r\n',
  'transfer-encoding: gzip, chunked\r\n',
  'transfer-encoding: gzip\r\n',
  'transfer-encoding: identity\r\n',
  'transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n',
  'transfer-encoding:\r\n',
]
const bodies = [
  'hello',
  '',
  'hell',
  'hello!',
  '5\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n',
  '5;a=b\r\nhello\r\n0\r\n\r\n',
  '5;a="b c"\r\nhello\r\n0\r\nx: y\r\n\r\n',
  '0005\r\nhello\r\n00\r\n\r\n',
  '5\r\nhello\r\n0\r\n',
  '5\r\nhello\r\n',
  '5\r\nhello',
  '5\r\nhello!\r\n0\r\n\r\n',
  '5\nhello\n0\n\n',
  '5 \r\nhello\r\n0\r\n\r\n',
  ' 5\r\nhello\r\n0\r\n\r\n',
  '0x5\r\nhello\r\n0\r\n\r\n',
  '-5\r\nhello\r\n0\r\n\r\n',
  'g\r\nhello\r\n0\r\n\r\n',
  '\r\nhello',
  'ffffffffffffffffffff\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\r\n0\r\n: y\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad',
]
const often = (of: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...of.slice(0, 5)), weight: 2 },
    { arbitrary: fc.constantFrom(...of), weight: 1 },
  )

const answers = fc.record({
  head: often(heads),
  fields: fc.array(
    fc.oneof({ arbitrary: fc.constantFrom(...fields.slice(0, 5)), weight: 3 }, fc.constantFrom(...fields)),
    { maxLength: 3 },
  ),
  framing: fc.constantFrom(...framings),
  body: fc.constantFrom(...bodies),
  cuts: fc.array(fc.nat(150), { maxLength: 3 }),
  method: fc.constantFrom('GET' as const, 'GET' as const, 'HEAD' as const),
})

function inPieces(text: string, cuts: readonly number[]): string[] {
  const ends = [...new Set(cuts)].filter((cut) => cut > 0 && cut < text.length).toSorted((a, b) => a - b)
  return [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end))
}

const refused: Outcome = { status: undefined, fields: undefined, body: '', code: 'BAD_RESPONSE', temporary: false }

/** Where undici takes what the grammar does not have: a transfer coding beside `chunked`, a control character in the words. */
const isStricter = (head: string, framing: string): boolean =>
  head.includes('\x01') ||
  (/^transfer-encoding:/im.test(framing) && !/^transfer-encoding: *chunked *\r\n$/i.test(framing))

describe('an answer', () => {
  it('is to sockets of ours what it is to undici, but where they are stricter', async () => {
    const { url, say } = await parrot()
    const [own, undici] = [createSocketTransport(), createUndiciTransport()]
    onTestFinished(async () => void (await Promise.all([own.close(), undici.close()])))
    await fc.assert(
      fc.asyncProperty(answers, async ({ head, fields: given, framing, body, cuts, method }) => {
        say(inPieces(`${head}\r\n${given.map((field) => `${field}\r\n`).join('')}${framing}\r\n${body}`, cuts))
        const ours = await outcomeOf(own.transport, url, method)
        const theirs = await outcomeOf(undici.transport, url, method)
        expect(ours).toEqual(isStricter(head, framing) ? refused : theirs)
      }),
      {
        numRuns: atScale(30, 2000),
        examples: [
          [{ head: 'HTTP/1.1 101 Switching Protocols', fields: [], framing: '', body: '', cuts: [], method: 'GET' }],
        ],
      },
    )
  })
})
