import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { get, wholeAnswer, withServer, type Case } from './case.ts'

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

async function* inPieces(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('one ')
  yield Buffer.from('two')
}

export const answerCases: readonly Case[] = [
  {
    name: 'gives status, headers and body as they were sent',
    run: (transport) =>
      withServer(
        (_request, response) => {
          response.writeHead(203, { 'Content-Type': 'x/y', 'X-Many': ['a', 'b'] })
          response.end(everyByte)
        },
        async (url) => {
          const { status, headers, body } = await wholeAnswer(transport, get(url))
          assert.equal(status, 203)
          assert.deepEqual(
            [headers.get('content-type'), headers.get('CONTENT-TYPE'), headers.get('x-many'), headers.get('x-none')],
            ['x/y', 'x/y', 'a, b', null],
          )
          assert.equal(body, everyByte.toString('latin1'))
        },
      ),
  },
  {
    name: 'sends method, path, query and headers as they are',
    async run(transport) {
      let seen: unknown
      await withServer(
        ({ method, url, headers }, response) => {
          seen = [
            method,
            url,
            headers['authorization'],
            headers['accept-encoding'],
            headers['cookie'],
            headers['x-some'],
          ]
          response.end()
        },
        async (url) => {
          await wholeAnswer(transport, {
            method: 'DELETE',
            url: new URL('/v2/a/../%41%2fb?x=%20&y', url),
            headers: { authorization: 'Basic eA==', 'accept-encoding': 'identity', 'x-some': 'thing' },
          })
        },
      )
      assert.deepEqual(seen, ['DELETE', '/v2/%41%2fb?x=%20&y', 'Basic eA==', 'identity', undefined, 'thing'])
    },
  },
  {
    name: "gives a HEAD's headers, and no body",
    run: (transport) =>
      withServer(
        (_request, response) => {
          response.writeHead(200, { 'content-length': '1000000' })
          response.end()
        },
        async (url) => {
          const { headers, body } = await wholeAnswer(transport, { ...get(url), method: 'HEAD' })
          assert.deepEqual([headers.get('content-length'), body], ['1000000', ''])
        },
      ),
  },
  ...[301, 302, 303, 307, 308].map((status): Case => ({
    name: `does not follow a ${status}`,
    async run(transport) {
      let asked = 0
      await withServer(
        (_request, response) => {
          asked++
          response.writeHead(status, { location: '/elsewhere' }).end('moved')
        },
        async (url) => {
          const answer = await wholeAnswer(transport, get(url))
          assert.deepEqual(
            [answer.status, answer.headers.get('location'), answer.body],
            [status, '/elsewhere', 'moved'],
          )
        },
      )
      assert.equal(asked, 1)
    },
  })),
  {
    name: 'gives answers that say no like any other',
    run: (transport) =>
      withServer(
        (_request, response) =>
          void response.writeHead(404, { 'www-authenticate': 'Basic realm="r"' }).end('{"errors":[]}'),
        async (url) => {
          const { status, headers, body } = await wholeAnswer(transport, get(url))
          assert.deepEqual([status, headers.get('www-authenticate'), body], [404, 'Basic realm="r"', '{"errors":[]}'])
        },
      ),
  },
  {
    name: 'gives an answer without a body',
    run: (transport) =>
      withServer(
        (_request, response) => void response.writeHead(204).end(),
        async (url) => assert.deepEqual((await wholeAnswer(transport, get(url))).body, ''),
      ),
  },
  {
    name: 'keeps what goes before the answer to itself',
    run: (transport) =>
      withServer(
        (_request, response) =>
          response.writeEarlyHints({ link: '</a>; rel=preload' }, () => void response.end('final')),
        async (url) => {
          const { status, heads, body } = await wholeAnswer(transport, get(url))
          assert.deepEqual([status, heads, body], [200, 1, 'final'])
        },
      ),
  },
  {
    name: 'lets it be seen that an answer is coded, or refuses it where it would be undone',
    run: (transport) =>
      withServer(
        (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello')),
        async (url) => {
          const coding = await wholeAnswer(transport, get(url)).then(
            ({ headers }) => headers.get('content-encoding'),
            (error: { readonly code?: unknown }) => error.code,
          )
          assert.ok(coding === 'gzip' || coding === 'CONTENT_CODING', String(coding))
        },
      ),
  },
  ...(
    [
      ['text', () => 'one two'],
      ['bytes', () => Buffer.from('one two')],
      ['pieces', inPieces],
    ] as const
  ).map(([what, body]): Case => ({
    name: `sends a body of ${what}`,
    run: (transport) =>
      withServer(
        (request, response) => void request.pipe(response),
        async (url) =>
          assert.equal(
            (await wholeAnswer(transport, { method: 'POST', url, headers: { 'content-length': '7' }, body: body() }))
              .body,
            'one two',
          ),
      ),
  })),
]
