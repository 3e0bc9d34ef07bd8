import { describe, expect, it, onTestFinished } from 'vitest'
import { enlarged, needs } from '../../../../test/support/needs.ts'
import { checkEngine, createS3Objects, type S3Objects, type S3ObjectsOptions } from '../../src/s3/index.ts'
import { startSmallEngine, type SmallEngine, type SmallEngineOptions } from '../support/small-engine.ts'

const credentials = { accessKeyId: 'key', secretAccessKey: 'a-secret-of-ours', sessionToken: 'a-token-of-ours' }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function keysOf(listed: AsyncIterable<{ readonly key: string }>): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of listed) keys.push(key)
  return keys
}

async function engine(options?: SmallEngineOptions): Promise<SmallEngine> {
  const started = await startSmallEngine(options)
  onTestFinished(() => started.close())
  return started
}

async function objectsAt(engines: readonly SmallEngine[], options: Partial<S3ObjectsOptions> = {}): Promise<S3Objects> {
  const objects = await createS3Objects({
    bucket: 'bucket',
    prefix: 'team/store',
    endpoints: engines.map(({ endpoint }) => endpoint),
    credentials,
    ...options,
  })
  onTestFinished(() => objects.close())
  return objects
}

// Loading the SDK is most of what these take.
describe('objects on S3', needs(enlarged), () => {
  it('are created once, read, listed and removed, below the prefix', async () => {
    const small = await engine()
    const objects = await objectsAt([small])
    expect(await objects.create('a/1', bytes('one'))).toBe('created')
    expect(await objects.create('a/1', bytes('two'))).toBe('exists')
    expect(Buffer.from((await objects.get('a/1')) ?? []).toString()).toBe('one')
    await objects.put('a/2', bytes('beat'))
    expect(await objects.stat('a/2')).toEqual({ size: 4 })
    expect([...small.objects.keys()]).toEqual(['team/store/a/1', 'team/store/a/2'])
    expect(await keysOf(objects.list('a/'))).toEqual(['a/1', 'a/2'])
    expect(await keysOf(objects.list('a/', { after: 'a/1' }))).toEqual(['a/2'])
    await objects.remove('a/1')
    await objects.remove('a/1')
    expect(await objects.get('a/1')).toBe(undefined)
    expect(await objects.stat('a/1')).toBe(undefined)
  })

  it('are listed page by page', async () => {
    const small = await engine()
    const objects = await objectsAt([small])
    const keys = Array.from({ length: 2100 }, (_, at) => `k/${String(at).padStart(4, '0')}`)
    for (const key of keys)
      small.objects.set(`team/store/${key}`, { bytes: bytes(key), nonce: undefined, modified: new Date() })
    expect(await keysOf(objects.list('k/'))).toEqual(keys)
  })

  it.each([
    'lost',
    'reset',
    { status: 500, code: 'InternalError' },
    { status: 409, code: 'ConditionalRequestConflict' },
  ] as const)('are created by whoever was first, whatever became of the answer: %j', async (then) => {
    const small = await engine()
    const objects = await objectsAt([small])
    small.fail({ method: 'PUT', then })
    expect(await objects.create('key', bytes('mine'))).toBe('created')
    expect(await objects.create('key', bytes('later'))).toBe('exists')
    expect(Buffer.from((await objects.get('key')) ?? []).toString()).toBe('mine')
  })

  it('are somebody else’s when somebody else was faster than an answer that was lost', async () => {
    const small = await engine()
    const [first, second] = [await objectsAt([small]), await objectsAt([small])]
    expect(await first.create('key', bytes('first'))).toBe('created')
    small.fail({ method: 'PUT', then: 'reset' })
    expect(await second.create('key', bytes('second'))).toBe('exists')
  })

  it('come through another gateway when one is away or silent', async () => {
    const objects = new Map()
    const engines = [await engine({ objects }), await engine({ objects })]
    const both = await objectsAt(engines, { requestTimeoutMs: 300 })
    expect(await both.create('key', bytes('one'))).toBe('created')
    engines[0]?.fail({ then: 'silent' })
    expect(await both.get('key')).toEqual(bytes('one'))
    await engines[0]?.close()
    expect(await both.create('other', bytes('two'))).toBe('created')
    expect(engines[1]?.requests).toContain('PUT team/store/other')
  })

  it('are read whole, or asked for again', async () => {
    const small = await engine()
    const objects = await objectsAt([small])
    await objects.put('key', bytes('a longer one'))
    small.fail({ method: 'GET', then: 'short' })
    expect(await objects.get('key')).toEqual(bytes('a longer one'))
  })

  it.each([
    [503, 'SlowDown', 'S3_BUSY'],
    [503, 'ServiceUnavailable', 'S3_BUSY'],
    [500, 'InternalError', 'S3_UNAVAILABLE'],
    [403, 'RequestTimeTooSkewed', 'S3_CLOCK_SKEW'],
    [400, 'ExpiredToken', 'S3_CREDENTIALS_EXPIRED'],
    [403, 'InvalidAccessKeyId', 'S3_CREDENTIALS_REFUSED'],
    [403, 'SignatureDoesNotMatch', 'S3_CREDENTIALS_REFUSED'],
    [403, 'AccessDenied', 'S3_DENIED'],
    [404, 'NoSuchBucket', 'S3_BUCKET_UNKNOWN'],
    [501, 'NotImplemented', 'S3_UNSUITABLE'],
    [418, 'Teapot', 'S3_FAILED'],
  ])('say what is wrong: %i %s is %s', async (status, code, expected) => {
    const small = await engine()
    const objects = await objectsAt([small], { patienceMs: 50 })
    small.fail({ then: { status, code }, times: Infinity })
    const failed = await objects.get('key').then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failed).toMatchObject({
      code: expected,
      hint: expect.any(String),
      facts: { status, host: expect.any(String) },
    })
    expect(JSON.stringify(failed) + String((failed as Error).cause) + (failed as Error).stack).not.toMatch(/of-ours/)
  })

  it('have ranges, and a bound for what is read', async () => {
    const objects = await objectsAt([await engine()])
    await objects.put('key', bytes('0123456789'))
    expect(await objects.get('key', { range: { start: 2, end: 5 } })).toEqual(bytes('234'))
    expect(await objects.get('key', { range: { start: 8, end: 50 } })).toEqual(bytes('89'))
    expect(await objects.get('key', { range: { start: 3, end: 3 } })).toEqual(bytes(''))
    expect(await objects.get('key', { maxBytes: 10 })).toEqual(bytes('0123456789'))
    await expect(objects.get('key', { maxBytes: 9 })).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })

  it('wait until what helps by itself is over', async () => {
    const small = await engine()
    const objects = await objectsAt([small])
    small.fail({ then: { status: 503, code: 'SlowDown' }, times: 2 })
    small.fail({ then: 'reset', times: 2 })
    await objects.put('key', bytes('there'))
    expect(await objects.get('key')).toEqual(bytes('there'))
  })

  it('are unreachable where nobody listens, and time out where nobody answers', async () => {
    const small = await engine()
    const silent = await objectsAt([small], { patienceMs: 1, requestTimeoutMs: 100 })
    small.fail({ then: 'silent', times: Infinity })
    await expect(silent.get('key')).rejects.toMatchObject({ code: 'S3_TIMEOUT' })
    await small.close()
    const away = await objectsAt([small], { patienceMs: 1 })
    await expect(away.get('key')).rejects.toMatchObject({ code: 'S3_UNREACHABLE' })
  })

  it('are given up when the caller gives up', async () => {
    const small = await engine()
    const objects = await objectsAt([small])
    small.fail({ then: 'silent', times: Infinity })
    const reason = new Error('enough')
    const leaving = new AbortController()
    const asked = objects.get('key', { signal: leaving.signal })
    setTimeout(() => leaving.abort(reason), 20)
    await expect(asked).rejects.toBe(reason)
  })
})

describe('the check of an engine', needs(enlarged), () => {
  const check = async (engines: readonly SmallEngine[]): Promise<void> =>
    checkEngine(await objectsAt(engines), { root: 's3://bucket/team/store' })

  it('finds nothing wrong with one that keeps to conditions, and leaves nothing', async () => {
    const objects = new Map()
    await check([await engine({ objects }), await engine({ objects })])
    expect(objects.size).toBe(0)
  })

  it.each([
    ['ignores conditions', { conditions: 'ignored' }, 'ignores If-None-Match'],
    ['looks before it writes, and not while', { conditions: 'raced' }, 'ignores If-None-Match'],
    ['keeps versions', { versions: 'Enabled' }, 'keeps versions'],
    ['kept versions once', { versions: 'Suspended' }, 'keeps versions'],
    ['lists late', { lateLists: true }, 'is not visible at once'],
  ] as const)('refuses one that %s', async (_, vice, sentence) => {
    await expect(check([await engine(vice)])).rejects.toMatchObject({
      code: 'S3_UNSUITABLE',
      message: expect.stringContaining(sentence),
    })
  })

  it('refuses gateways that are no two of one engine', async () => {
    await expect(check([await engine(), await engine()])).rejects.toMatchObject({ code: 'S3_UNSUITABLE' })
  })
})
