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

const broken: readonly (readonly [what: string, code: string, answer: string])[] = [
  ['no HTTP', 'BAD_RESPONSE', 'SSH-2.0-OpenSSH_9\r\n'],
  ['no answer at all', 'CONNECTION_LOST', ''],
  ['half a head', 'CONNECTION_LOST', 'HTTP/1.1 200 OK\r\ncontent-le'],
  ['less body than it promised', 'CONNECTION_LOST', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'],
  ['chunks without an end', 'CONNECTION_LOST', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  [
    'a chunk that is none',
    'BAD_RESPONSE',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n',
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
