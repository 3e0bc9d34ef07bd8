import { readFileSync } from 'node:fs'
import { Agent, get as httpGet, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { image, startTestRegistry, type BuiltImage, type Fault, type TestRegistry } from '../src/index.ts'
import { faultRows, type FaultRow } from './support/fault-rows.ts'
import { ask, askRaw, errorCode, type Answer } from './support/http.ts'

let registry: TestRegistry
let app: BuiltImage

const size = 100_000
beforeEach(async () => {
  registry = await startTestRegistry()
  app = await registry.seed(image('t/app:1').rawLayer(Buffer.alloc(size, 7)))
})
afterEach(() => registry.close())

const blobPath = (): string => `/v2/t/app/blobs/${app.layers[0]!.digest}`

async function asked(what: FaultRow['ask'] = 'blob'): Promise<Answer> {
  // Far enough to see that there is more, and short enough for what never ends.
  const leaveAt = 400_000
  switch (what) {
    case 'manifest':
      return await ask(`${registry.url}/v2/t/app/manifests/1`, { leaveAt })
    case 'token':
      return await ask(`${registry.url}/token?service=test-registry&scope=repository:t/app:pull`, { leaveAt })
    case 'tags':
      return await ask(`${registry.url}/v2/t/app/tags/list`)
    case 'upload':
      return await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST' })
    case 'range':
      return await ask(`${registry.url}${blobPath()}`, { headers: { range: 'bytes=10-19' } })
    case 'cdn': {
      const first = await ask(`${registry.url}${blobPath()}`)
      return await ask(String(first.headers.location), { leaveAt })
    }
    default:
      return await ask(`${registry.url}${blobPath()}`, { leaveAt })
  }
}

async function rawAnswer(): Promise<Answer> {
  const body = Buffer.from(await askRaw(registry.port, 'GET /v2/t/app/manifests/1 HTTP/1.1\r\nhost: x\r\n\r\n'))
  return { status: 0, headers: {}, body, whole: true }
}

describe('each thing that a server can do to a client', () => {
  test.each(faultRows.map((row) => [`${row.row}: ${row.what}`, row] as const))('%s', async (_, row) => {
    const bearer = row.ask === 'token'
    if (bearer) {
      await registry.close()
      registry = await startTestRegistry({ auth: { kind: 'bearer' } })
      app = await registry.seed(image('t/app:1').rawLayer(Buffer.alloc(size, 7)))
    }
    // The first step of a row that is seen at the second origin is the redirect to it.
    if (row.ask === 'cdn' && !row.faults.some(({ on }) => on === 'blob'))
      registry.addFault({ on: 'blob', then: { redirect: 'cdn' } })
    for (const fault of row.faults) registry.addFault(fault)
    if (row.row === 'stall') {
      const answer = await ask(`${registry.url}${blobPath()}`, { leaveAt: 5000 })
      row.see(answer, size)
    } else if (row.raw === true) {
      row.see(await rawAnswer(), size)
    } else {
      row.see(await asked(row.ask), size)
    }
    const hits = registry.journal.entries.flatMap(({ faults }) => faults).length
    expect(hits > 0).toBe(row.faults[0]?.reused !== true)
  })

  test('the README has a row for each', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    for (const row of faultRows) expect(readme).toContain(tableLine(row))
  })
})

const tableLine = ({ row, what, faults }: FaultRow): string =>
  `| ${row} | ${what} | ${faults.map((fault) => `\`${JSON.stringify(fault)}\``).join(' ')} |`

describe('in a request’s body', () => {
  const data = Buffer.alloc(50_000, 3)
  const session = async (): Promise<string> =>
    `${registry.url}${String((await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST' })).headers.location)}`
  const patch = (url: string): Promise<Answer> => ask(url, { method: 'PATCH', body: data })
  const during = (fault: Omit<Fault, 'on' | 'method'>): Fault => ({ on: 'upload', method: 'PATCH', ...fault })

  test('a reset and a close leave what came before them', async () => {
    for (const then of ['reset', 'close'] as const) {
      registry.clearFaults()
      registry.addFault(during({ afterRequestBytes: 20_000, then }))
      const url = await session()
      await expect(patch(url)).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) as string })
      expect((await ask(url)).headers.range).toBe('0-19999')
    }
  })

  test('a stall ends when the client leaves', async () => {
    registry.addFault(during({ afterRequestBytes: 20_000, then: 'stall' }))
    const url = await session()
    const controller = new AbortController()
    const answer = fetch(url, { method: 'PATCH', body: data, signal: controller.signal })
    while ((await ask(url)).headers.range !== '0-19999') await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    await expect(answer).rejects.toThrow('abort')
    expect(await registry.journal.waitFor({ method: 'PATCH' })).toMatchObject({ status: undefined })
  })

  test('an answer before all of it has come', async () => {
    registry.addFault(during({ afterRequestBytes: 20_000, then: { status: 503, retryAfter: 1 } }))
    const url = await session()
    const answer = await patch(url)
    expect([answer.status, errorCode(answer), answer.headers['retry-after']]).toEqual([503, 'UNAVAILABLE', '1'])
  })

  test('a bit that arrives wrong is found by the digest', async () => {
    registry.addFault({ on: 'upload', method: 'PUT', afterRequestBytes: 49_999, then: 'flip' })
    const answer = await ask(`${await session()}?digest=sha256:${'0'.repeat(64)}`, { method: 'PUT', body: data })
    expect(errorCode(answer)).toBe('DIGEST_INVALID')
    const [upload] = registry.journal.requests({ method: 'PUT' })
    expect(upload?.faults).toEqual(['upload flip after 49999 bytes of the request'])
  })

  test('a slow reader still gets everything', async () => {
    registry.addFault(during({ then: { requestBytesPerSecond: 5_000_000 } }))
    const url = await session()
    expect((await patch(url)).headers.range).toBe('0-49999')
  })
})

describe('on a connection that is used again', () => {
  test('the first request passes and the next one meets the end of the connection', async () => {
    registry.addFault({ on: 'any', reused: true, then: 'reset' })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const request = (): Promise<number> =>
      new Promise((resolve, reject) => {
        httpGet(`${registry.url}/v2/`, { agent }, (answer: IncomingMessage) =>
          answer.resume().once('end', () => resolve(answer.statusCode ?? 0)),
        ).once('error', reject)
      })
    expect(await request()).toBe(200)
    await new Promise((resolve) => setImmediate(resolve))
    await expect(request()).rejects.toMatchObject({ code: 'ECONNRESET' })
    agent.destroy()
  })

  test('one that is closed after the answer ends without a word', async () => {
    registry.addFault({ on: 'ping', then: 'close-idle' })
    const raw = await askRaw(registry.port, 'GET /v2/ HTTP/1.1\r\nhost: x\r\n\r\n')
    expect(raw.toLowerCase()).toContain('connection: keep-alive')
    expect(raw.endsWith('{}')).toBe(true)
  })
})

describe('under TLS', () => {
  test('a fatal alert breaks the body', async () => {
    await registry.close()
    registry = await startTestRegistry({ tls: true })
    app = await registry.seed(image('t/app:1').rawLayer(Buffer.alloc(size, 7)))
    registry.addFault({ on: 'blob', then: 'tls-alert' })
    const response = ask(`${registry.url}${blobPath()}`, { ca: registry.ca })
    expect((await response).whole).toBe(false)
  })
})

describe('a chunk that is cut', () => {
  test('promised more than came', async () => {
    registry.addFault({ on: 'blob', afterBytes: 5000, then: 'cut-chunk' })
    const raw = await askRaw(registry.port, `GET ${blobPath()} HTTP/1.1\r\nhost: x\r\n\r\n`)
    const [, promised = '', came = ''] = /\r\n([0-9a-f]+)\r\n([^\r]*)$/.exec(raw) ?? []
    expect(came).toHaveLength(1024)
    expect(Number.parseInt(promised, 16)).toBeGreaterThan(1024)
  })
})

describe('redirects', () => {
  test('thirty hops end where they should', async () => {
    registry.addFault({ on: 'blob', then: { redirect: 'cdn', hops: 30 } })
    let url = `${registry.url}${blobPath()}`
    let answer = await ask(url)
    let hops = 0
    for (; answer.headers.location !== undefined; hops++) {
      url = new URL(answer.headers.location, url).href
      answer = await ask(url)
    }
    expect([hops, answer.status, answer.body.length]).toEqual([31, 200, size])
  })
})

describe('pace', () => {
  test('all connections together share what there is, and nobody loses a byte', async () => {
    await registry.close()
    registry = await startTestRegistry({ totalBytesPerSecond: 20_000_000 })
    app = await registry.seed(image('t/app:1').rawLayer(Buffer.alloc(size, 7)))
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(`${registry.url}${blobPath()}`)))
    expect(answers.every(({ body, whole }) => whole && body.length === size)).toBe(true)
    const [first] = registry.journal.requests({ kind: 'blob' })
    const last = Math.max(...registry.journal.requests({ kind: 'blob' }).map(({ endedAt }) => endedAt ?? 0))
    // 2 MB at 20 MB/s cannot be faster than 100 ms, less the slack and the last piece of each.
    expect(last - (first?.startedAt ?? 0)).toBeGreaterThan(40)
  })
})
