import { TransportError } from '@lading/registry-client'
import { createHeadBudget } from '../../packages/registry-client/src/transport/answer-heads.ts'
import { createAnswerReader } from '../../packages/registry-client/src/transport/answer/answer-reader.ts'
import { transportFailure } from '../../packages/registry-client/src/transport/failure.ts'
import { bytesOf, latin1Of } from '../encoding.ts'
import type { Random } from '../random.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const words = [
  'HTTP/1.1 ',
  'HTTP/1.0 ',
  '200 OK',
  '100 Continue',
  '101 Switching Protocols',
  '204 No Content',
  '304',
  '404 ',
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  ':',
  'content-length: 5',
  'Content-Length: 0',
  'content-length: 18446744073709551616',
  'transfer-encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'connection: close',
  'Connection: keep-alive, x',
  'keep-alive: timeout=5, max=10',
  'x-some: thing',
  ' folded',
  '5',
  '0',
  'fffffffffffff',
  ';name="value"',
  '5\r\nhello\r\n',
  '0\r\n\r\n',
  'hello',
  '\0',
  '\x7f',
  'é',
]

const heads = [
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 206 Partial\r\n',
  'HTTP/1.0 404 No\r\n',
  'HTTP/1.1 204\r\n',
]
const framings = [
  'content-length: 5\r\n\r\nhello',
  'transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'transfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nx-trailer: 1\r\n\r\n',
  '\r\nhello',
  'connection: close\r\ncontent-length: 0\r\n\r\n',
]

function generate(random: Random): Uint8Array {
  const fields = Array.from({ length: random.below(3) }, () => `${random.pick(words)}\r\n`)
  const loose = Array.from({ length: random.below(4) }, () => random.pick(words))
  return bytesOf([random.pick(heads), ...fields, random.pick(framings), ...loose].join(''))
}

/** All that is read of an answer whose bytes come in pieces of this length, up to its end or the connection's; undefined when it is refused. */
function read(input: Uint8Array, length: number, method: string): string | undefined {
  const budget = createHeadBudget()
  const reader = createAnswerReader(method, budget)
  const said: string[] = []
  let body = ''
  let answered = false
  const readAll = (): string => {
    for (let from = 0; from < input.byteLength; from += length) {
      const piece = Buffer.from(input.subarray(from, from + length))
      let event = reader.next(piece, 0)
      while (event !== 'more') {
        holds(reader.at <= piece.byteLength, 'it reads beyond the bytes')
        if (event === 'data') {
          holds(reader.start < reader.at, 'a part of a body without a byte')
          body += piece.toString('latin1', reader.start, reader.at)
        } else if (event === 'end') return `${from + reader.at} read, kept for ${reader.keptFor(15_000)}`
        else {
          answered = event === 'head'
          said.push(JSON.stringify([event, reader.head?.status, [...(reader.head?.fields ?? [])]]))
        }
        event = reader.next(piece, reader.at)
      }
      holds(reader.at === piece.byteLength, 'it wants more bytes, and has some')
    }
    return reader.wholeAtClose ? 'closed' : 'cut'
  }
  const end = unlessRefused(TransportError, input.byteLength, () => {
    try {
      return readAll()
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === undefined) throw error
      throw transportFailure(error, new URL('http://registry.example/'), answered)
    }
  })
  reader.release()
  holds(budget.take(32 * 1024 * 1024), 'what the head took was not given back')
  return end === undefined ? undefined : JSON.stringify([said, body, end])
}

/** A server's answer, as it stands on a connection. */
export const answer: Target = {
  name: 'answer',
  generate,
  words,
  check(input) {
    const found = read(input, Math.max(1, input.byteLength), 'GET')
    for (const length of [1, 2, 7]) holds(read(input, length, 'GET') === found, `another answer in pieces of ${length}`)
    read(input, Math.max(1, input.byteLength), 'HEAD')
    // The two fields that frame an answer are never both believed.
    const [head = '', rest] = latin1Of(input).toLowerCase().split('\r\n\r\n', 2)
    if (rest !== undefined && /\r\ncontent-length:/.test(head) && /\r\ntransfer-encoding:/.test(head))
      holds(found === undefined, 'an answer with two ways to frame it')
  },
}
