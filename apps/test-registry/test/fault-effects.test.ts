import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { image, startTestRegistry, type Fault, type TestRegistry } from '../src/index.ts'
import { ask, json } from './support/http.ts'

let registry: TestRegistry
let digest: string
let size: number
beforeEach(async () => {
  registry = await startTestRegistry()
  const app = await registry.seed(image('t/app:1').randomLayer(10_000))
  ;({ digest, size } = app.layers[0]!)
})
afterEach(() => registry.close())

const blob = (how: Parameters<typeof ask>[1] = {}): ReturnType<typeof ask> =>
  ask(`${registry.url}/v2/t/app/blobs/${digest}`, how)
const counts = (): readonly (readonly [number, number])[] =>
  registry.faults().map(({ fired, withoutEffect }) => [fired, withoutEffect])

describe('a fault that changes nothing has not fired', () => {
  test.each<[string, Omit<Fault, 'on'>]>([
    ['a body shorter than afterBytes', { afterBytes: 1_000_000, then: 'close' }],
    ['the same, to be reset', { afterBytes: 1_000_000, then: 'reset' }],
    ['the same, to be silent', { afterBytes: 1_000_000, then: 'stall' }],
    ['the same, in chunks', { afterBytes: 1_000_000, then: 'cut-chunk' }],
    ['the same, to be cut', { afterBytes: 1_000_000, then: 'truncate' }],
    ['a range that nobody asked for', { then: 'ignore-range' }],
    ['a range that is not in the answer', { then: 'wrong-content-range' }],
    ['a query that is not there', { then: 'ignore-query' }],
    ['a header that is not there', { then: { headers: { 'x-none': null } } }],
    ['a body that is no document', { method: 'GET', then: { members: { a: 1 } } }],
    ['no body to be read slowly', { then: { requestBytesPerSecond: 1 } }],
    ['no delay', { then: { delayMs: 0 } }],
  ])('%s', async (_, fault) => {
    registry.addFault({ ...fault, on: 'blob' })
    const answer = await blob()
    expect([answer.status, answer.whole, answer.body.length]).toEqual([200, true, size])
    expect(counts()).toEqual([[0, 1]])
    const [entry] = registry.journal.requests({ kind: 'blob' })
    expect([entry?.faults, entry?.withoutEffect]).toEqual([[], [registry.faults()[0]?.name]])
  })

  test('nor has one that another stood before', async () => {
    registry.addFault({ on: 'blob', then: { status: 503 } })
    registry.addFault({ on: 'blob', then: { status: 429 } })
    registry.addFault({ on: 'blob', then: 'reset' })
    registry.addFault({ on: 'blob', then: { raw: 'HTTP/1.1 418 x\r\n\r\n' } })
    await expect(blob()).rejects.toThrow(/hang up|ECONNRESET/)
    expect(counts()).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ])
  })

  test('HEAD has no body to change', async () => {
    registry.addFault({ on: 'blob', method: 'HEAD', then: 'flip' })
    registry.addFault({ on: 'blob', method: 'HEAD', then: { bytesPerSecond: 1 } })
    registry.addFault({ on: 'blob', method: 'HEAD', then: { extraBytes: 1 } })
    expect((await blob({ method: 'HEAD' })).headers['content-length']).toBe(String(size + 1))
    expect(counts()).toEqual([
      [0, 1],
      [0, 1],
      [1, 0],
    ])
  })

  test('in a request, where its body ends before', async () => {
    registry.addFault({ on: 'upload', afterRequestBytes: 100, then: 'flip' })
    registry.addFault({ on: 'upload', afterRequestBytes: 100, then: { status: 500 } })
    const body = new Uint8Array(50)
    expect((await ask(`${registry.url}/v2/t/app/blobs/uploads/`, { method: 'POST', body })).status).toBe(202)
    expect(counts()).toEqual([
      [0, 1],
      [0, 1],
    ])
    await ask(`${registry.url}/v2/t/app/blobs/uploads/?digest=${digest}`, { method: 'POST', body: new Uint8Array(200) })
    expect(counts()).toEqual([
      [1, 1],
      [1, 1],
    ])
  })
})

test('it happens at the very end of a body: the connection is closed, though nothing said so', async () => {
  registry.addFault({ on: 'blob', afterBytes: size, then: 'close' })
  expect((await blob()).whole).toBe(true)
  expect(counts()).toEqual([[1, 0]])
})

test('`times` counts what fired: the fault waits for a request that it can change', async () => {
  registry.addFault({ on: 'any', method: 'GET', times: 1, afterBytes: 5000, then: 'close' })
  expect((await ask(`${registry.url}/v2/`)).whole).toBe(true)
  expect((await blob()).whole).toBe(false)
  expect((await blob()).whole).toBe(true)
  expect(counts()).toEqual([[1, 1]])
})

describe('a test is told that it tested nothing', () => {
  test('by every assertion of the journal, as long as the fault has not fired', async () => {
    registry.addFault({ on: 'blob', afterBytes: size + 1, then: 'close' })
    await blob()
    expect(() => registry.journal.assertNoByteTwice(digest)).toThrow(
      `a fault changed nothing, so that nothing was tested: blob close after ${size + 1} bytes\n  #0 GET /v2/t/app/blobs/${digest} -> 200, ${size} bytes (without effect: blob close after ${size + 1} bytes)`,
    )
    registry.journal.clear()
    registry.clearFaults()
    registry.addFault({ on: 'any', method: 'GET', afterBytes: size - 1, then: 'close' })
    await ask(`${registry.url}/v2/`)
    await blob()
    registry.journal.assertFetchedOnce(digest)
  })

  test('not by what a profile brings', async () => {
    await using other = await startTestRegistry({
      profile: { name: 'own', sources: [], faults: [{ on: 'ping', then: 'ignore-range' }] },
    })
    await ask(`${other.url}/v2/`)
    other.journal.assertRequests({ kind: 'ping' }, 1)
    expect(other.journal.entries[0]).toMatchObject({ faults: [], withoutEffect: [] })
  })

  test('by assertFaultsFired, also of a fault that no request was for', async () => {
    registry.addFault({ on: 'blob', afterBytes: 1_000_000, then: 'close' })
    registry.addFault({ on: 'tags', then: 'html' })
    registry.addFault({ on: 'manifest', then: 'html' }).enable(false)
    registry.addFault({ on: 'ping', then: 'html' })
    await blob()
    await ask(`${registry.url}/v2/`)
    expect(() => registry.assertFaultsFired()).toThrow(
      [
        'these faults never fired:',
        "  blob close after 1000000 bytes: 1 request was for it, and it changed nothing: a body may be shorter than 'afterBytes', or what it changes not be there",
        '  tags html: no request was one for it',
        '  manifest html: no request was one for it, and it is turned off',
      ].join('\n'),
    )
    registry.clearFaults()
    registry.assertFaultsFired()
  })

  test('over HTTP', async () => {
    const check = (body: object): ReturnType<typeof ask> =>
      ask(`${registry.url}/_lading/api/journal/assert`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    registry.addFault({ on: 'blob', nth: 2, then: 'html' })
    await blob()
    const told = await check({ faultsFired: true })
    expect([told.status, JSON.stringify(json(told))]).toEqual([409, expect.stringContaining('blob #2 html')])
    await blob()
    expect((await check({ faultsFired: true })).status).toBe(204)
    expect((await check({ faultsFired: false })).status).toBe(400)
  })
})
