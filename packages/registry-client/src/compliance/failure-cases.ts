import { connect, createServer, type AddressInfo } from 'node:net'
import { failsWith, get, ignore, withServer, withSocketServer, type Case } from './case.ts'

/** Nobody listens there: a port that was just given back. */
async function deadUrl(): Promise<URL> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return new URL(`http://127.0.0.1:${port}/`)
}

const says =
  (text: string): ((socket: ReturnType<typeof connect>) => void) =>
  (socket) =>
    void socket.once('data', () => socket.end(text, 'latin1'))

const chunked = (body: string): string => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`

const broken: readonly (readonly [what: string, code: string, answer: string])[] = [
  ['no HTTP', 'BAD_RESPONSE', 'SSH-2.0-OpenSSH_9\r\n'],
  ['no answer at all', 'CONNECTION_LOST', ''],
  ['half a head', 'CONNECTION_LOST', 'HTTP/1.1 200 OK\r\ncontent-le'],
  ['less body than it promised', 'CONNECTION_LOST', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'],
  ['chunks without an end', 'CONNECTION_LOST', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  // Once there is a head, broken framing is a connection that broke in the middle.
  ['a first chunk that is none', 'CONNECTION_LOST', chunked('zz\r\nhello\r\n0\r\n\r\n')],
  ['a later chunk that is none', 'CONNECTION_LOST', chunked('5\r\nhello\r\nnot-a-size\r\n')],
  ['a chunk longer than its size', 'CONNECTION_LOST', chunked('5\r\nhello, world\r\n0\r\n\r\n')],
  ['a chunk of a size beyond all numbers', 'CONNECTION_LOST', chunked('fffffffffffffffffff\r\nhello\r\n')],
  ['a trailer that is none', 'CONNECTION_LOST', chunked('5\r\nhello\r\n0\r\n: \0\r\n\r\n')],
  ['a length that is none', 'BAD_RESPONSE', 'HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\nhello'],
  [
    'two ways to frame it',
    'BAD_RESPONSE',
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  ],
]

export const failureCases: readonly Case[] = [
  ...broken.map(([what, code, answer]): Case => ({
    name: `rejects an answer of ${what} as ${code}`,
    run: (transport) => withSocketServer(says(answer), (url) => failsWith(code, url, transport(get(url), ignore))),
  })),
  {
    name: 'rejects when the connection breaks in the middle of a body',
    run: (transport) =>
      withServer(
        (request, response) => {
          response.writeHead(200, { 'content-length': '1000' })
          response.write('hello', () => request.socket.resetAndDestroy())
        },
        (url) => failsWith('CONNECTION_LOST', url, transport(get(url), ignore)),
      ),
  },
  {
    name: 'rejects when nobody listens',
    async run(transport) {
      const url = await deadUrl()
      await failsWith('CONNECTION_REFUSED', url, transport(get(url), ignore))
    },
  },
  {
    name: 'rejects when there is no such host',
    async run(transport) {
      const url = new URL('http://registry.invalid/')
      await failsWith('HOST_UNKNOWN', url, transport(get(url), ignore))
    },
  },
  {
    name: 'rejects plain text where TLS was asked for',
    run: (transport) =>
      withSocketServer(says('HTTP/1.1 400 Bad Request\r\n\r\n'), async ({ host }) => {
        const url = new URL(`https://${host}/`)
        await failsWith('TLS_FAILED', url, transport(get(url), ignore))
      }),
  },
]
