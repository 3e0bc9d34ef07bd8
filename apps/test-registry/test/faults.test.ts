import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  image,
  startTestRegistry,
  type BuiltImage,
  type BuiltLayer,
  type Fault,
  type TestRegistry,
} from '../src/index.ts'
import { ask, askRaw, errorCode, json, type Ask } from './support/http.ts'

let registry: TestRegistry
let app: BuiltImage
let layer: BuiltLayer

beforeEach(async () => {
  registry = await startTestRegistry()
  app = await registry.seed(image('t/app:1').randomLayer(100_000))
  layer = app.layers[0]!
})
afterEach(() => registry.close())

const blob = (how?: Ask): ReturnType<typeof ask> => ask(`${registry.url}/v2/t/app/blobs/${layer.digest}`, how)
const manifest = (how?: Ask): ReturnType<typeof ask> => ask(`${registry.url}/v2/t/app/manifests/1`, how)

const statuses = async (count: number): Promise<readonly number[]> => {
  const all: number[] = []
  for (let number = 0; number < count; number++) all.push((await manifest()).status)
  return all
}

describe('where the connection ends', () => {
  test('close gives exactly so many bytes of the whole that the head promised', async () => {
    registry.addFault({ on: 'blob', afterBytes: 70_001, then: 'close' })
    const answer = await blob()
    expect(answer.whole).toBe(false)
    expect(answer.headers['content-length']).toBe(String(layer.size))
    expect(answer.body).toEqual(Buffer.from(layer.bytes.subarray(0, 70_001)))
  })

  test('reset gives at most so many bytes, and ends as ECONNRESET', async () => {
    registry.addFault({ on: 'blob', afterBytes: 1000, then: 'reset' })
    const response = await fetch(`${registry.url}/v2/t/app/blobs/${layer.digest}`)
    await expect(response.arrayBuffer()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(registry.journal.blob(layer.digest).bytesSent).toBe(1000)
  })

  test('reset and close without afterBytes come before any answer', async () => {
    registry.addFault({ on: 'blob', nth: 1, then: 'reset' })
    registry.addFault({ on: 'blob', nth: 2, then: 'close' })
    await expect(blob()).rejects.toMatchObject({ code: 'ECONNRESET' })
    await expect(blob()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(registry.journal.blob(layer.digest).requests.map(({ status }) => status)).toEqual([undefined, undefined])
  })

  test('stall sends so many bytes, then nothing until the client leaves', async () => {
    registry.addFault({ on: 'blob', afterBytes: 5000, then: 'stall' })
    const answer = await blob({ leaveAt: 5000 })
    expect(answer.body.length).toBe(5000)
    expect(answer.whole).toBe(false)
    expect(await registry.journal.waitFor({ kind: 'blob' })).toMatchObject({
      bytesSent: 5000,
      faults: ['blob stall after 5000 bytes'],
    })
  })

  test('a stall before the head ends when the registry closes', async () => {
    registry.addFault({ on: 'manifest', then: 'stall' })
    const answer = manifest().catch((error: unknown) => error)
    await until(() => registry.journal.requests({ kind: 'manifest' }).length === 1)
    await registry.close()
    expect(await answer).toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('what is wrong with the bytes', () => {
  test('flip changes one bit of one byte', async () => {
    registry.addFault({ on: 'blob', afterBytes: 66_000, then: 'flip' })
    const { body, whole } = await blob()
    expect(whole).toBe(true)
    const different = [...body.keys()].filter((place) => body[place] !== layer.bytes[place])
    expect(different).toEqual([66_000])
    expect(body[66_000]! ^ layer.bytes[66_000]!).toBe(1)
  })

  test('flip of an empty body changes nothing', async () => {
    const digest = registry.repository('t/app').putBlob('')
    registry.addFault({ on: 'blob', then: 'flip' })
    expect(await ask(`${registry.url}/v2/t/app/blobs/${digest}`)).toMatchObject({ status: 200, whole: true })
  })

  test('truncate and extraBytes are shorter and longer, and say so', async () => {
    registry.addFault({ on: 'blob', nth: 1, afterBytes: 10, then: 'truncate' })
    registry.addFault({ on: 'blob', nth: 2, then: { extraBytes: 7 } })
    const short = await blob()
    expect([short.body.length, short.headers['content-length'], short.whole]).toEqual([10, '10', true])
    const long = await blob()
    expect([long.body.length, long.headers['content-length'], long.whole]).toEqual([
      layer.size + 7,
      String(layer.size + 7),
      true,
    ])
    expect(long.body.subarray(0, layer.size)).toEqual(Buffer.from(layer.bytes))
  })

  test('content puts other bytes under the same head', async () => {
    registry.addFault({ on: 'manifest', then: { content: '{"schemaVersion":2}' } })
    const answer = await manifest()
    expect(answer.body.toString()).toBe('{"schemaVersion":2}')
    expect(answer.headers['docker-content-digest']).toBe(app.digest)
  })

  test('a Content-Length that promises more than comes, or less', async () => {
    registry.addFault({ on: 'manifest', nth: 1, then: { headers: { 'Content-Length': '9999' } } })
    registry.addFault({ on: 'manifest', nth: 2, then: { headers: { 'Content-Length': '5' } } })
    const more = await manifest()
    expect([more.whole, more.body.length]).toEqual([false, app.size])
    // A second request waits behind: after a lie about the length nothing on this connection can be understood.
    const raw = await askRaw(registry.port, 'GET /v2/t/app/manifests/1 HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(2))
    expect(raw.match(/HTTP\/1\.1 200/g)).toHaveLength(1)
    const [head = '', body = ''] = raw.split('\r\n\r\n')
    expect(head.toLowerCase()).toContain('content-length: 5')
    expect(body).toHaveLength(app.size)
  })

  test('without Content-Length the body is chunked, and cut it has no last chunk', async () => {
    registry.addFault({ on: 'blob', then: { headers: { 'content-length': null } } })
    const whole = await blob()
    expect(whole.headers).toMatchObject({ 'transfer-encoding': 'chunked' })
    expect(whole.headers['content-length']).toBeUndefined()
    expect(whole.body).toEqual(Buffer.from(layer.bytes))
    registry.addFault({ on: 'blob', afterBytes: 100, then: 'close' })
    const cut = await blob()
    expect([cut.whole, cut.body.length]).toEqual([false, 100])
  })
})

describe('what is wrong with the head', () => {
  const cases: readonly (readonly [string, Fault, (answer: Awaited<ReturnType<typeof ask>>) => void])[] = [
    [
      'a wrong digest header',
      { on: 'manifest', then: 'wrong-digest-header' },
      ({ headers }) => expect(headers['docker-content-digest']).toBe(`sha256:${'0'.repeat(64)}`),
    ],
    [
      'no digest header',
      { on: 'manifest', then: 'no-digest-header' },
      ({ headers }) => expect(headers['docker-content-digest']).toBeUndefined(),
    ],
    [
      'a wrong Content-Type',
      { on: 'manifest', then: 'wrong-content-type' },
      ({ headers }) => expect(headers['content-type']).toBe('text/plain'),
    ],
    [
      'a content coding that is none',
      { on: 'manifest', then: { headers: { 'content-encoding': 'gzip' } } },
      ({ headers }) => expect(headers['content-encoding']).toBe('gzip'),
    ],
    [
      'several warnings',
      { on: 'manifest', then: { headers: { Warning: ['299 - "a"', '299 - "b"'] } } },
      ({ headers }) => expect(headers['warning']).toBe('299 - "a", 299 - "b"'),
    ],
    [
      'a status with its usual error code',
      { on: 'manifest', then: { status: 429, retryAfter: 3 } },
      (answer) =>
        expect([answer.status, errorCode(answer), answer.headers['retry-after']]).toEqual([
          429,
          'TOOMANYREQUESTS',
          '3',
        ]),
    ],
    [
      '404 with the code of its route',
      { on: 'manifest', then: { status: 404 } },
      (answer) => expect([answer.status, errorCode(answer)]).toEqual([404, 'MANIFEST_UNKNOWN']),
    ],
    [
      'a status with a text of its own',
      { on: 'manifest', then: { status: 502, body: 'bad gateway', retryAfter: 'soon' } },
      ({ status, body, headers }) =>
        expect([status, body.toString(), headers['retry-after']]).toEqual([502, 'bad gateway', 'soon']),
    ],
    [
      'a status with a document',
      { on: 'manifest', then: { status: 400, body: { details: 'old style' } } },
      (answer) => expect(json(answer)).toEqual({ details: 'old style' }),
    ],
    [
      'an HTML page',
      { on: 'manifest', then: 'html' },
      ({ status, headers, body }) =>
        expect([status, headers['content-type'], body.toString().slice(0, 15)]).toEqual([
          200,
          'text/html; charset=utf-8',
          '<!doctype html>',
        ]),
    ],
    [
      'a redirect anywhere',
      { on: 'manifest', then: { redirect: 'http://169.254.169.254/', status: 302 } },
      ({ status, headers }) => expect([status, headers.location]).toEqual([302, 'http://169.254.169.254/']),
    ],
    [
      'a redirect to itself',
      { on: 'manifest', then: 'redirect-loop' },
      ({ status, headers }) => expect([status, headers.location]).toEqual([307, '/v2/t/app/manifests/1']),
    ],
    [
      'a hostile challenge',
      {
        on: 'manifest',
        then: { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="http://169.254.169.254/"' } },
      },
      ({ status, headers }) =>
        expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="http://169.254.169.254/"']),
    ],
    [
      '401 without a challenge, by a voided token',
      { on: 'manifest', then: 'expire-token' },
      ({ status }) => expect(status).toBe(401),
    ],
  ]
  test.each(cases)('%s', async (_, fault, check) => {
    registry.addFault(fault)
    check(await manifest())
    expect(registry.journal.manifest('1').faults).toHaveLength(1)
    registry.clearFaults()
    expect((await manifest()).body).toEqual(Buffer.from(app.bytes))
  })

  test('an ETag that changes each time', async () => {
    registry.addFault({ on: 'blob', then: 'new-etag' })
    const [first, second] = [await blob(), await blob()]
    expect(first.headers.etag).not.toBe(second.headers.etag)
  })

  test('a header that cannot be sent ends the connection, and the registry lives on', async () => {
    registry.addFault({ on: 'manifest', times: 1, then: { headers: { 'x-bad': 'a\r\nb' } } })
    await expect(manifest()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect((await manifest()).status).toBe(200)
  })
})

describe('ranges', () => {
  const range = { headers: { range: 'bytes=1000-' } }

  test('ignored: 200 and everything', async () => {
    registry.addFault({ on: 'blob', ranged: true, then: 'ignore-range' })
    const answer = await blob(range)
    expect([answer.status, answer.body.length, answer.headers['content-range']]).toEqual([200, layer.size, undefined])
    expect(registry.journal.blob(layer.digest).requests[0]?.range).toBe('bytes=1000-')
  })

  test('a Content-Range that starts elsewhere', async () => {
    registry.addFault({ on: 'blob', then: 'wrong-content-range' })
    const answer = await blob(range)
    expect([answer.status, answer.headers['content-range']]).toEqual([
      206,
      `bytes 1001-${layer.size - 1}/${layer.size}`,
    ])
    expect(answer.body).toEqual(Buffer.from(layer.bytes.subarray(1000)))
  })

  test('416 whatever was asked', async () => {
    registry.addFault({ on: 'blob', then: 'range-not-satisfiable' })
    const answer = await blob(range)
    expect([answer.status, errorCode(answer)]).toEqual([416, 'RANGE_INVALID'])
  })

  test('only where there is none, or one', async () => {
    registry.addFault({ on: 'blob', ranged: false, then: { status: 500 } })
    expect((await blob()).status).toBe(500)
    expect((await blob(range)).status).toBe(206)
  })

  test('afterBytes counts from the start of the answer, not of the blob', async () => {
    registry.addFault({ on: 'blob', afterBytes: 10, then: 'close' })
    expect((await blob(range)).body).toEqual(Buffer.from(layer.bytes.subarray(1000, 1010)))
  })
})

describe('lists', () => {
  test('a Link that leads to the same page for ever', async () => {
    registry.addFault({ on: 'tags', then: 'link-loop' })
    const answer = await ask(`${registry.url}/v2/t/app/tags/list?n=1`)
    expect(answer.headers['link']).toBe('</v2/t/app/tags/list?n=1>; rel="next"')
  })

  test('a Link that is none', async () => {
    registry.addFault({ on: 'tags', then: 'broken-link' })
    expect((await ask(`${registry.url}/v2/t/app/tags/list`)).headers['link']).toBe('<not a link; rel="next')
  })
})

describe('pace', () => {
  test('a slow body is whole, late or not', async () => {
    registry.addFault({ on: 'blob', then: { bytesPerSecond: 2_000_000, delayMs: 1 } })
    expect((await blob()).body).toEqual(Buffer.from(layer.bytes))
  })

  test('a body that drips has hardly begun when its first byte is here', async () => {
    registry.addFault({ on: 'blob', then: { bytesPerSecond: 1 } })
    expect((await blob({ leaveAt: 1 })).status).toBe(200)
    expect((await registry.journal.waitFor({ kind: 'blob' })).bytesSent).toBeLessThan(100)
  })
})

describe('which requests are hit', () => {
  test('nth, from and times', async () => {
    registry.addFault({ on: 'manifest', nth: 2, then: { status: 500 } })
    expect(await statuses(3)).toEqual([200, 500, 200])
    registry.clearFaults()
    registry.addFault({ on: 'manifest', from: 2, times: 2, then: { status: 500 } })
    expect(await statuses(5)).toEqual([200, 500, 500, 200, 200])
  })

  test('a probability hits the same requests for the same seed', async () => {
    const hits: (readonly number[])[] = []
    for (const seed of [1, 1, 2]) {
      registry.clearFaults()
      registry.addFault({ on: 'manifest', probability: 0.5, seed, then: { status: 500 } })
      hits.push(await statuses(30))
    }
    expect(hits[0]).toEqual(hits[1])
    expect(hits[0]).not.toEqual(hits[2])
    expect(hits[0]).toContain(200)
    expect(hits[0]).toContain(500)
  })

  test('method, repository, target', async () => {
    await registry.seed(image('t/other:1').layer({ a: 'b' }))
    registry.addFault({ on: 'manifest', method: 'HEAD', then: { status: 500 } })
    registry.addFault({ on: 'manifest', repository: 't/other', then: { status: 503 } })
    registry.addFault({ on: 'manifest', target: app.digest, then: { status: 502 } })
    expect((await manifest({ method: 'HEAD' })).status).toBe(500)
    expect((await manifest()).status).toBe(200)
    expect((await ask(`${registry.url}/v2/t/other/manifests/1`)).status).toBe(503)
    expect((await ask(`${registry.url}/v2/t/app/manifests/${app.digest}`)).status).toBe(502)
  })

  test('a fault inside a body does not count HEAD', async () => {
    registry.addFault({ on: 'blob', nth: 1, afterBytes: 1, then: 'close' })
    expect((await blob({ method: 'HEAD' })).status).toBe(200)
    expect((await blob()).whole).toBe(false)
  })

  test('one can be taken back; the list says how often each fired', async () => {
    const down = registry.addFault({ name: 'down', on: 'any', then: { status: 503 } })
    expect((await manifest()).status).toBe(503)
    expect(registry.faults()).toMatchObject([{ name: 'down', fired: 1 }])
    down.remove()
    expect((await manifest()).status).toBe(200)
  })

  test('several on one request are done in order', async () => {
    registry.addFault({ on: 'blob', then: 'no-digest-header' })
    registry.addFault({ on: 'blob', afterBytes: 3, then: 'flip' })
    const answer = await blob()
    expect(answer.headers['docker-content-digest']).toBeUndefined()
    expect(answer.body[3]).not.toBe(layer.bytes[3])
    expect(registry.journal.blob(layer.digest).requests[0]?.faults).toHaveLength(2)
  })

  test('a push that is answered with a fault leaves nothing behind', async () => {
    registry.addFault({ on: 'manifest', method: 'PUT', then: { status: 500 } })
    const answer = await ask(`${registry.url}/v2/t/app/manifests/2`, {
      method: 'PUT',
      body: app.bytes,
      headers: { 'content-type': app.mediaType },
    })
    expect(answer.status).toBe(500)
    expect(registry.repository('t/app').tags()).toEqual({ 1: app.digest })
  })
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
