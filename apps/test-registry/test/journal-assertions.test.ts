import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  image,
  startTestRegistry,
  TestRegistryError,
  type AuthOptions,
  type BuiltImage,
  type TestRegistry,
} from '../src/index.ts'
import { createSecrets } from '../src/journal/secrets.ts'
import { overlap } from '../src/journal/parts.ts'
import { ask, json } from './support/http.ts'

let registry: TestRegistry
let app: BuiltImage

async function start(auth: AuthOptions = { kind: 'none' }): Promise<void> {
  registry = await startTestRegistry({ auth })
  app = await registry.seed(image('t/app:1').randomLayer(10_000))
}
beforeEach(() => start())
afterEach(() => registry.close())

const digest = (): string => app.layers[0]?.digest ?? ''
const blob = (headers: Record<string, string> = {}, method = 'GET') =>
  ask(`${registry.url}/v2/t/app/blobs/${digest()}`, { method, headers })

function failure(assertion: () => void): TestRegistryError {
  try {
    assertion()
  } catch (error) {
    if (error instanceof TestRegistryError && error.code === 'ASSERTION_FAILED') return error
    throw error
  }
  throw new Error('the assertion holds')
}

describe('assertFetchedOnce', () => {
  test('counts content, at the registry and at the CDN, and nothing else', async () => {
    registry.addFault({ on: 'blob', nth: 1, then: { status: 503 } })
    registry.addFault({ on: 'blob', nth: 2, then: { redirect: 'cdn' } })
    await blob()
    await ask(String((await blob()).headers.location))
    await blob({}, 'HEAD')
    registry.journal.assertFetchedOnce(digest())
    await blob()
    expect(failure(() => registry.journal.assertFetchedOnce(digest())).message).toMatch(
      /^sha256:[0-9a-f]{64} was fetched 2 times, not once\n {2}#0 GET \/v2\/t\/app\/blobs\/sha256:[0-9a-f]+ -> 503, \d+ bytes \(blob #1 \{"status":503\}\)\n/,
    )
  })

  test('says so when nothing was fetched', () => {
    expect(failure(() => registry.journal.assertFetchedOnce(digest())).message).toBe(
      `${digest()} was fetched never, not once\n  no request`,
    )
    registry.journal.assertNotFetched(digest())
  })

  test('assertNotFetched fails on a part', async () => {
    await blob({ range: 'bytes=5-5' })
    expect(failure(() => registry.journal.assertNotFetched(digest())).message).toContain('was fetched once, not never')
  })
})

describe('assertNoByteTwice', () => {
  test('holds for a download that went on where it stopped, and for parts in any order', async () => {
    await blob({ range: 'bytes=5000-' })
    await blob({ range: 'bytes=0-4999' })
    expect(() => registry.journal.assertNoByteTwice(digest())).not.toThrow()
  })

  test('fails when a byte came again, and names the bytes', async () => {
    registry.addFault({ on: 'blob', nth: 1, afterBytes: 3000, then: 'close' })
    await blob()
    await blob({ range: 'bytes=2000-' })
    expect(failure(() => registry.journal.assertNoByteTwice(digest())).message).toContain(
      `bytes 2000 to 2999 of ${digest()} were sent twice`,
    )
  })

  test('fails when there was no download', () => {
    expect(failure(() => registry.journal.assertNoByteTwice(digest())).message).toContain('was not fetched at all')
  })

  test('a part within a part is an overlap, an empty one is none', () => {
    expect(
      overlap([
        { start: 0, end: 10 },
        { start: 3, end: 5 },
      ]),
    ).toEqual({ start: 3, end: 5 })
    expect(
      overlap([
        { start: 0, end: 10 },
        { start: 10, end: 12 },
        { start: 4, end: 4 },
      ]),
    ).toBeUndefined()
  })
})

describe('assertNoSecretAt', () => {
  test('an Authorization header at the second origin is a leak, whatever is in it', async () => {
    await ask(`${registry.cdn.url}/cdn/v2/t/app/blobs/${digest()}`)
    registry.journal.assertNoSecretAt('cdn')
    await ask(`${registry.cdn.url}/cdn/v2/t/app/blobs/${digest()}`, { headers: { authorization: 'Bearer anything' } })
    const { message, hint } = failure(() => registry.journal.assertNoSecretAt('cdn'))
    expect(message).toContain(
      "a secret reached the second origin, in the request's authorization header\n  #1 cdn GET /cdn/v2/t/app/blobs/",
    )
    expect(message).not.toContain('anything')
    expect(hint).toContain('drop it')
    registry.journal.assertNoSecretAt('registry')
  })

  test.each([
    ['a password in the query', '/x?p=canary%2Bword', {}],
    [
      'a user and password as basic credentials in another header',
      '/x',
      { 'x-auth': Buffer.from('alice:canary+word').toString('base64') },
    ],
    ['an identity token in a cookie', '/x', { cookie: 'id=refresh-1; a=b' }],
  ])('%s', async (_, path, headers) => {
    await registry.close()
    await start({ kind: 'bearer', username: 'alice', password: 'canary+word', identityToken: 'refresh-1' })
    await ask(`${registry.cdn.url}${path}`, { headers })
    expect(failure(() => registry.journal.assertNoSecretAt('cdn')).message).toContain('a secret reached')
  })

  test('an access token in a URL', async () => {
    await registry.close()
    await start({ kind: 'bearer' })
    const { token } = json(await ask(`${registry.url}/token?scope=repository:t/app:pull`))
    registry.journal.assertNoSecretAt('registry')
    await ask(`${registry.cdn.url}/x?access_token=${String(token)}&y=1`)
    expect(failure(() => registry.journal.assertNoSecretAt('cdn')).message).toContain("in the request's path")
  })

  test('a password in a form, even when a fault answers without reading it', async () => {
    await registry.close()
    await start({ kind: 'bearer', username: 'alice', password: 'canary word', realm: 'cdn' })
    registry.addFault({ on: 'token', then: { status: 503 } })
    await ask(`${registry.cdn.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ password: 'canary word' }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(failure(() => registry.journal.assertNoSecretAt('cdn')).message).toContain("in the request's form")
  })

  test('a part of a word is no secret; ten thousand tokens are remembered', () => {
    const secrets = createSecrets()
    secrets.add('pw')
    expect(['pwd', 'xpw', 'a=pw&', 'pw'].map((text) => secrets.foundIn(text))).toEqual([false, false, true, true])
    for (let number = 0; number <= 10_000; number++) secrets.addToken(`token-${number}`)
    expect([secrets.foundIn('t=token-0'), secrets.foundIn('t=token-1'), secrets.foundIn('t=token-10000')]).toEqual([
      false,
      true,
      true,
    ])
  })
})

describe('assertRetryAfterHonoured', () => {
  const manifest = () => ask(`${registry.url}/v2/t/app/manifests/1`)

  test.each([60, new Date(Date.now() + 60_000).toUTCString()])('a request before its time: %s', async (retryAfter) => {
    registry.addFault({ on: 'manifest', nth: 1, then: { status: 429, retryAfter } })
    await manifest()
    await blob()
    registry.journal.assertRetryAfterHonoured()
    await manifest()
    const { message } = failure(() => registry.journal.assertRetryAfterHonoured())
    expect(message).toMatch(/a request came \d{5} ms before the end of 'Retry-After: /)
    expect(message).toContain('#2 GET /v2/t/app/manifests/1')
  })

  test.each([0, 'soon', new Date(Date.now() - 60_000).toUTCString()])('nothing to wait for: %s', async (retryAfter) => {
    registry.addFault({ on: 'manifest', nth: 1, then: { status: 503, retryAfter } })
    await manifest()
    await manifest()
    expect(() => registry.journal.assertRetryAfterHonoured()).not.toThrow()
  })

  test('fails when no answer asked for patience', async () => {
    await manifest()
    expect(failure(() => registry.journal.assertRetryAfterHonoured()).message).toContain('no answer had a Retry-After')
  })
})

test('assertRequests counts what fits, and lists it', async () => {
  await blob()
  registry.journal.assertRequests({ kind: 'blob', status: 200 }, 1)
  expect(failure(() => registry.journal.assertRequests({ kind: 'blob', method: undefined }, 2)).message).toContain(
    '1 requests with {"kind":"blob"}, not 2\n  #0 GET',
  )
})

test('what a client sent is made printable in a message', async () => {
  await ask(`${registry.cdn.url}/x`, {
    headers: { authorization: 'x', range: 'bytes=\u001B[31m'.replace('\u001B', '\u0080') },
  }).catch(() => undefined)
  const { message } = failure(() => registry.journal.assertNoSecretAt('cdn'))
  expect(message).toContain('\\x80[31m')
})

test('the journal keeps the answer’s headers and tells what happens as it happens', async () => {
  const told: (string | undefined)[] = []
  const stop = registry.journal.subscribe((entry) =>
    told.push(entry === undefined ? 'cleared' : `${entry.number} ${entry.finished ? 'ended' : 'came'}`),
  )
  await blob()
  await registry.journal.waitFor({ kind: 'blob' })
  expect(registry.journal.entries[0]?.responseHeaders['docker-content-digest']).toBe(digest())
  registry.journal.clear()
  stop()
  await blob()
  expect(told).toEqual(['0 came', '0 ended', 'cleared'])
})

test('a listener that throws disturbs neither requests nor other listeners; closing the registry tells of it', async () => {
  const told: number[] = []
  const wrong = new Error('the listener is wrong')
  registry.journal.subscribe(() => {
    throw wrong
  })
  registry.journal.subscribe((entry) => told.push(entry?.number ?? -1))
  await blob()
  const entry = await registry.journal.waitFor({ kind: 'blob' })
  expect(entry).toMatchObject({ status: 200, finished: true })
  expect(told).toEqual([0, 0])
  await expect(registry.close()).rejects.toBe(wrong)
})

test('a journal that has grown too large drops its oldest entries, and its assertions say so', async () => {
  const { createJournal } = await import('../src/journal/create-journal.ts')
  const journal = createJournal()
  for (let number = 0; number < 20; number++)
    journal.open({
      origin: 'registry',
      method: 'GET',
      path: 'x'.repeat(5_000_000),
      headers: {},
      route: { kind: 'unknown' },
    })
  expect([journal.dropped, journal.entries.length, journal.entries[0]?.number]).toEqual([7, 13, 7])
  expect(failure(() => journal.assertNotFetched('sha256:x')).message).toContain('the journal lost 7 entries')
  journal.clear()
  journal.assertNotFetched('sha256:x')
})
