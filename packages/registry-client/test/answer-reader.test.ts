import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHeadBudget, type HeadBudget } from '../src/transport/answer-heads.ts'
import { createAnswerReader, type AnswerReader } from '../src/transport/answer/answer-reader.ts'

interface Read {
  readonly heads: readonly (readonly [number, Readonly<Record<string, string>>])[]
  readonly body: string
  /** Whole, whole with the end of the connection, or not. */
  readonly end: 'whole' | 'closed' | 'cut'
  readonly rest: string
  readonly keptFor: number
}

interface How {
  readonly method?: string
  readonly cuts?: readonly number[]
  readonly budget?: HeadBudget
}

/** What is read of an answer that comes in pieces which end at `cuts`. */
function read(text: string, { method = 'GET', cuts = [], budget = createHeadBudget() }: How = {}): Read {
  const reader = createAnswerReader(method, budget)
  try {
    return readWith(reader, text, cuts)
  } finally {
    reader.release()
  }
}

function readWith(reader: AnswerReader, text: string, cuts: readonly number[]): Read {
  const heads: Read['heads'][number][] = []
  let body = ''
  let rest: string | undefined
  let from = 0
  for (const end of [...cuts.filter((cut) => cut > 0 && cut < text.length).toSorted((a, b) => a - b), text.length]) {
    const bytes = Buffer.from(text.slice(from, end), 'latin1')
    from = end
    if (rest !== undefined) {
      rest += bytes.toString('latin1')
      continue
    }
    for (let event = reader.next(bytes, 0); event !== 'more'; event = reader.next(bytes, reader.at)) {
      if (event === 'data') body += bytes.toString('latin1', reader.start, reader.at)
      else if (event === 'end') {
        rest = bytes.toString('latin1', reader.at)
        break
      } else heads.push([reader.head?.status ?? 0, Object.fromEntries(reader.head?.fields ?? [])])
    }
  }
  const end = rest === undefined ? (reader.wholeAtClose ? 'closed' : 'cut') : 'whole'
  return { heads, body, end, rest: rest ?? '', keptFor: reader.keptFor(15_000) }
}

const ok = (fields: string, body = ''): string => `HTTP/1.1 200 OK\r\n${fields}\r\n${body}`
const chunked = (body: string): string => ok('transfer-encoding: chunked\r\n', body)

describe('an answer on a connection', () => {
  it.each<readonly [string, string, Partial<Read>]>([
    ['as long as it says', ok('Content-Length: 5\r\n', 'hello'), { body: 'hello', end: 'whole' }],
    ['empty', ok('content-length:0\r\n'), { body: '', end: 'whole' }],
    ['in chunks', chunked('5\r\nhello\r\n1;x="y"\r\n!\r\n0\r\nx-sum: 1\r\n\r\n'), { body: 'hello!', end: 'whole' }],
    [
      'in one chunk with zeros before its size',
      chunked('0005\r\nhello\r\n000\r\n\r\n'),
      { body: 'hello', end: 'whole' },
    ],
    ['up to the end of the connection', ok('', 'hello'), { body: 'hello', end: 'closed', keptFor: 0 }],
    ['without words for its status', 'HTTP/1.1 204\r\n\r\n', { body: '', end: 'whole' }],
    ['without a body, though it has a length', 'HTTP/1.1 304 No\r\ncontent-length: 5\r\n\r\n', { end: 'whole' }],
    ['that ends too early', ok('content-length: 5\r\n', 'hell'), { body: 'hell', end: 'cut' }],
    ['in chunks without an end', chunked('5\r\nhello\r\n'), { body: 'hello', end: 'cut' }],
    ['of half a head', 'HTTP/1.1 200 OK\r\ncontent-le', { heads: [], end: 'cut' }],
    ['with more than it says', ok('content-length: 5\r\n', 'hello!'), { body: 'hello', end: 'whole', rest: '!' }],
    ['to nothing', '', { heads: [], end: 'cut' }],
  ])('is read: one %s', (_name, text, expected) => {
    expect(read(text)).toMatchObject(expected)
  })

  it.each([
    ['a length', ok('content-length: 5\r\n')],
    ['chunks', chunked('')],
    ['neither', ok('')],
  ])('to a HEAD has no body, though its head tells of %s', (_name, text) => {
    expect(read(text, { method: 'HEAD' })).toMatchObject({ body: '', end: 'whole' })
  })

  it('comes after any interim ones', () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'
    expect(read(`HTTP/1.1 100\r\n\r\n${hint}${ok('content-length: 2\r\n', 'ok')}`)).toMatchObject({
      heads: [
        [100, {}],
        [103, { link: '</a>' }],
        [200, { 'content-length': '2' }],
      ],
      body: 'ok',
    })
  })

  it('has fields by their names in lower case, without white space around, lines of one name joined', () => {
    const { heads } = read(ok('X-Many:\t a \r\nx-one: b c\r\nx-MANY: é\r\nx-empty:\r\ncontent-length: 0\r\n'))
    expect(heads[0]?.[1]).toEqual({ 'x-many': 'a, é', 'x-one': 'b c', 'x-empty': '', 'content-length': '0' })
  })

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9\r\n'],
    ['no HTTP, before its line ends', 'SSH-2'],
    ['an alert of TLS', '\x15\x03\x01\x00\x02\x02\x0a'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status below all', 'HTTP/1.1 099 No\r\n\r\n'],
    ['no space before the status', 'HTTP/1.1200 OK\r\n\r\n'],
    ['an empty line first', '\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['lines that end in LF alone', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
    ['a CR in the middle of a line', ok('x: a\rb\r\n')],
    ['a NUL in a value', ok('x: a\0b\r\n')],
    ['a folded field', ok('x: a\r\n b\r\n')],
    ['a field that begins folded', 'HTTP/1.1 200 OK\r\n x: a\r\n\r\n'],
    ['white space before the colon', ok('content-length : 5\r\n', 'hello')],
    ['a field without a colon', ok('hello\r\n')],
    ['a field without a name', ok(': x\r\n')],
    ['a name that is no token', ok('a(b): x\r\n')],
    ['a length that is none', ok('content-length: many\r\n')],
    ['an empty length', ok('content-length:\r\n')],
    ['a length with a sign', ok('content-length: +5\r\n', 'hello')],
    ['a length beyond all numbers', ok('content-length: 9007199254740993\r\n')],
    ['two lengths', ok('content-length: 5\r\ncontent-length: 6\r\n', 'hello')],
    ['the same length twice', ok('content-length: 5\r\ncontent-length: 5\r\n', 'hello')],
    ['two ways to frame it', ok('content-length: 5\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n')],
    ['a transfer coding that is not known', ok('transfer-encoding: gzip, chunked\r\n', '0\r\n\r\n')],
    ['chunks in chunks', ok('transfer-encoding: chunked, chunked\r\n', '0\r\n\r\n')],
    ['a size that is none', chunked('zz\r\n')],
    ['a size with 0x', chunked('0x5\r\nhello\r\n')],
    ['a size with a sign', chunked('-5\r\nhello\r\n')],
    ['a size with spaces behind it', chunked('5  \r\nhello\r\n')],
    ['a size beyond all numbers', chunked('fffffffffffffffffff\r\n')],
    ['a chunk longer than its size', chunked('5\r\nhello, world\r\n0\r\n\r\n')],
    ['a chunk longer than its size by one line feed', chunked('5\r\nhello\n0\r\n\r\n')],
    ['a line feed alone behind a size', chunked('5\nhello\r\n0\r\n\r\n')],
    ['a NUL in an extension', chunked('5;a\0\r\nhello\r\n0\r\n\r\n')],
    ['an extension without end', chunked(`5;${'a'.repeat(5000)}`)],
    ['a trailer that is none', chunked('0\r\n: \0\r\n\r\n')],
    ['trailers without end', chunked(`0\r\n${'x: y\r\n'.repeat(50_000)}`)],
    ['a head without end', ok(`x: ${'y'.repeat(300_000)}`)],
    ['too many lines', ok('x:\r\n'.repeat(5000))],
  ])('is refused: one with %s', (_name, text) => {
    const codes = /^(?:ANSWER_MALFORMED|UND_ERR_HEADERS_OVERFLOW)$/
    const expected = expect.objectContaining({ code: expect.stringMatching(codes) as string }) as Error
    expect(() => read(text)).toThrow(expected)
    expect(() => read(text, { cuts: Array.from({ length: Math.min(400, text.length) }, (_, at) => at) })).toThrow(
      expected,
    )
  })

  it.each([
    [15_000, ''],
    [0, 'connection: close\r\n'],
    [0, 'Connection: x, Close\r\n'],
    [15_000, 'connection: closed\r\n'],
    [3000, 'keep-alive: timeout=5, max=100\r\n'],
    [0, 'keep-alive: timeout=1\r\n'],
    [15_000, 'keep-alive: timeout=100\r\n'],
  ])('leaves the connection for %i ms: %s', (ms, fields) => {
    expect(read(ok(`content-length: 0\r\n${fields}`)).keptFor).toBe(ms)
  })

  it('of HTTP/1.0 leaves it only where it says so', () => {
    expect(read('HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n').keptFor).toBe(0)
    expect(read('HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n').keptFor).toBe(15_000)
  })

  it('gives back the room that its head took', () => {
    const budget = createHeadBudget(200)
    const one = createAnswerReader('GET', budget)
    one.next(Buffer.from(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100)}`), 0)
    const next = (): Read => read(ok(`x: ${'y'.repeat(100)}\r\n`), { budget })
    expect(next).toThrow('too many header fields')
    one.release()
    expect(next().heads).toHaveLength(1)
  })

  it('is the same however it is cut', () => {
    const text = fc.string({ unit: 'binary-ascii', maxLength: 40 })
    const size = (length: number): string => length.toString(16)
    const body = fc.oneof(
      text.map((content) => ({ content, sent: ok(`content-length: ${content.length}\r\n`, content) })),
      text.map((content) => ({ content, sent: ok('', content) })),
      fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 }), { maxLength: 5 }).map((parts) => ({
        content: parts.join(''),
        sent: chunked(`${parts.map((part) => `${size(part.length)}\r\n${part}\r\n`).join('')}0\r\n\r\n`),
      })),
    )
    const interims = fc.array(fc.constantFrom('HTTP/1.1 100\r\n\r\n', 'HTTP/1.1 103 Hint\r\nlink: </a>\r\n\r\n'), {
      maxLength: 3,
    })
    fc.assert(
      fc.property(interims, body, fc.array(fc.nat(200)), (before, { content, sent }, cuts) => {
        const whole = read(before.join('') + sent)
        expect(whole.body).toBe(content)
        expect(whole.end).not.toBe('cut')
        expect(read(before.join('') + sent, { cuts })).toEqual(whole)
      }),
    )
  })
})
