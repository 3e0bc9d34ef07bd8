import { afterEach, beforeEach, expect, test } from 'vitest'
import { image, startTestRegistry, type BuiltLayer, type TestRegistry } from '../src/index.ts'
import { ask, type Answer } from './support/http.ts'

let registry: TestRegistry
let layer: BuiltLayer
beforeEach(async () => {
  registry = await startTestRegistry()
  layer = (await registry.seed(image('t/app:1').randomLayer(50_000))).layers[0]!
  registry.addFault({ on: 'blob', then: { redirect: 'cdn', expiresInMs: 1000 } })
})
afterEach(() => registry.close())

const redirected = async (): Promise<string> =>
  String((await ask(`${registry.url}/v2/t/app/blobs/${layer.digest}`)).headers.location)

test('a signed URL at another origin serves the blob, with ranges', async () => {
  const url = await redirected()
  expect(url.startsWith(`${registry.cdn.url}/`)).toBe(true)
  expect(registry.cdn.host).not.toBe(registry.host)
  expect((await ask(url)).body).toEqual(Buffer.from(layer.bytes))
  const part = await ask(url, { headers: { range: 'bytes=10-19' } })
  expect([part.status, part.body]).toEqual([206, Buffer.from(layer.bytes.subarray(10, 20))])
  expect(registry.journal.blob(layer.digest).requests.map(({ origin, status }) => [origin, status])).toEqual([
    ['registry', 307],
    ['cdn', 200],
    ['cdn', 206],
  ])
})

test('it expires by the clock, and a tampered one is refused', async () => {
  const url = await redirected()
  const other: Answer = await ask(url.replace('expires=', 'expires=9'))
  expect([other.status, other.body.toString()]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')])
  registry.clock.advance(1000)
  const late = await ask(url)
  expect([late.status, late.body.toString()]).toEqual([403, expect.stringContaining('Request has expired')])
})

test('a credential of the registry is refused there, as S3 does', async () => {
  const answer = await ask(await redirected(), { headers: { authorization: 'Bearer leaked' } })
  expect([answer.status, answer.body.toString()]).toEqual([
    400,
    expect.stringContaining('Only one auth mechanism allowed'),
  ])
})

test('the CDN has faults of its own', async () => {
  registry.addFault({ on: 'cdn', nth: 1, afterBytes: 100, then: 'close' })
  const url = await redirected()
  expect((await ask(url)).body.length).toBe(100)
  expect((await ask(url)).body.length).toBe(layer.size)
})

test('nothing else is there', async () => {
  expect((await ask(`${registry.cdn.url}/v2/`)).status).toBe(403)
  expect((await ask(`${registry.cdn.url}/cdn/v2/t/app/blobs/${layer.digest}`)).status).toBe(403)
})
