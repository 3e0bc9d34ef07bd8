import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransfers } from '@lading/transfer'
import { image, startTestRegistry, type BuiltImage } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPuller } from '../src/index.ts'
import { failure, instantClock, scene, temporaryFolder } from './scene.ts'

const size = 300_000
const big = image('t/big:1').randomLayer(size)
const layerOf = (built: BuiltImage, index = 0): string => built.layers[index]?.digest ?? ''

describe('a download that breaks', () => {
  it.each(['reset', 'close'] as const)('by %s goes on where it stopped', async (how) => {
    const { registry, pull, eventsOf } = await scene()
    const built = await registry.seed(big)
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 1, afterBytes: 100_000, then: how })
    await pull('t/big:1')
    const requests = registry.journal.blob(layerOf(built)).requests
    expect(requests).toHaveLength(2)
    expect(requests[1]?.range).toMatch(/^bytes=\d+-\d+$/)
    expect(requests[1]?.status).toBe(206)
    expect(eventsOf('layer:retry').length).toBeGreaterThan(0)
    expect(eventsOf('layer:resume').map(({ offset, total }) => [offset, total])).toEqual([
      [100_000, big.build().layers[0]?.size],
    ])
  })

  it.each([
    ['goes on with what an earlier pull left', undefined, expect.stringMatching(/^bytes=100000-/) as string],
    ['begins with the first byte when it is told to', false, undefined],
  ])('%s', async (_, resume, range) => {
    const { registry, pull } = await scene()
    const built = await registry.seed(big)
    registry.addFault({ on: 'blob', digest: layerOf(built), afterBytes: 100_000, times: 1, then: 'close' })
    registry.addFault({ on: 'blob', digest: layerOf(built), ranged: true, then: { status: 404 } })
    await failure(pull('t/big:1'))
    registry.clearFaults()
    registry.journal.clear()
    await pull('t/big:1', { resume })
    expect(registry.journal.blob(layerOf(built)).requests.map((request) => request.range)).toEqual([range])
  })

  it('starts over when the server ignores the range', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(big)
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 1, afterBytes: 100_000, then: 'close' })
    registry.addFault({ on: 'blob', digest: layerOf(built), ranged: true, then: 'ignore-range' })
    expect((await pull('t/big:1')).status).toBe('downloaded')
    expect(registry.journal.blob(layerOf(built)).requests.map(({ status }) => status)).toEqual([200, 200])
  })

  it.each(['wrong-content-range', 'range-not-satisfiable'] as const)('starts over after %s', async (how) => {
    const { registry, pull } = await scene()
    const built = await registry.seed(big)
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 1, afterBytes: 100_000, then: 'close' })
    registry.addFault({ on: 'blob', digest: layerOf(built), ranged: true, times: 1, then: how })
    expect((await pull('t/big:1')).status).toBe('downloaded')
    expect(registry.journal.blob(layerOf(built)).requests.at(-1)?.range).toBeUndefined()
  })

  it('waits and asks again after 503 and 429', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(big)
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 1, then: { status: 503 } })
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 2, then: { status: 429, retryAfter: 3 } })
    await pull('t/big:1')
    expect(registry.journal.blob(layerOf(built)).requests.map(({ status }) => status)).toEqual([503, 429, 200])
  })

  it('gives up after five attempts without progress, with the last error', async () => {
    const { registry, pull, names } = await scene()
    const built = await registry.seed(big)
    registry.addFault({ on: 'blob', digest: layerOf(built), then: { status: 503 } })
    const error = await failure(pull('t/big:1'))
    expect(error.facts).toMatchObject({ status: 503, host: registry.host })
    expect(registry.journal.blob(layerOf(built)).requests).toHaveLength(5)
    expect(await names()).toEqual([])
  })

  it('counts attempts anew with each progress', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(big)
    for (let nth = 1; nth <= 8; nth += 1)
      registry.addFault({ on: 'blob', digest: layerOf(built), nth, afterBytes: 30_000, then: 'close' })
    await pull('t/big:1')
    expect(registry.journal.blob(layerOf(built)).requests).toHaveLength(9)
  })

  it('starts over once when its parts do not make the blob, and a wrong whole is final', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(big)
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 1, afterBytes: 100_000, then: 'close' })
    registry.addFault({ on: 'blob', digest: layerOf(built), from: 2, times: 2, afterBytes: 10, then: 'flip' })
    expect((await failure(pull('t/big:1'))).code).toBe('DIGEST_MISMATCH')
    expect(registry.journal.blob(layerOf(built)).requests.map(({ range }) => range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=100000-\d+$/),
      undefined,
    ])
    registry.clearFaults()
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 1, afterBytes: 100_000, then: 'close' })
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 2, afterBytes: 10, then: 'flip' })
    expect((await pull('t/big:1')).status).toBe('downloaded')
  })

  it('tells of a label that may explain why the digest is wrong', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(big)
    const on = { on: 'blob', digest: layerOf(built) } as const
    registry.addFault({ ...on, afterBytes: 10, then: 'flip' })
    registry.addFault({ ...on, then: { headers: { 'content-encoding': 'x-gzip' } } })
    expect(await failure(pull('t/big:1'))).toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining('(Content-Encoding: x-gzip)') as string,
      hint: expect.stringContaining('proxy') as string,
    })
  })

  it('asks five times for a config, as for every small thing', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(image('t/small:1').layer({ a: 'a' }))
    registry.addFault({ on: 'blob', digest: built.config.digest, then: { status: 503 } })
    expect((await failure(pull('t/small:1'))).facts).toMatchObject({ status: 503 })
    expect(registry.journal.blob(built.config.digest).requests).toHaveLength(5)
  })

  it('asks once for what the registry has not', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(image('t/gone:1').layer({ a: 'a' }, { stored: false }))
    expect((await failure(pull('t/gone:1'))).code).toBe('BLOB_UNKNOWN')
    expect(registry.journal.blob(layerOf(built)).requests).toHaveLength(1)
  })
})

describe('the next pull', () => {
  it('resumes what an earlier one left', async () => {
    const { registry, pull, eventsOf } = await scene()
    const built = await registry.seed(big)
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 1, afterBytes: 200_000, then: 'close' })
    registry.addFault({ on: 'blob', digest: layerOf(built), from: 2, then: { status: 403 } })
    await failure(pull('t/big:1'))
    registry.clearFaults()
    registry.journal.clear()
    await pull('t/big:1')
    expect(registry.journal.blob(layerOf(built)).requests.map(({ range }) => range)).toEqual([
      expect.stringMatching(/^bytes=200000-\d+$/),
    ])
    expect(eventsOf('layer:resume').map(({ offset }) => offset)).toContain(200_000)
  })

  it('starts once from zero when the earlier bytes were bad', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(big)
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 1, afterBytes: 100, then: 'flip' })
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 1, afterBytes: 200_000, then: 'close' })
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 2, then: { status: 403 } })
    await failure(pull('t/big:1'))
    registry.journal.clear()
    expect((await pull('t/big:1')).status).toBe('downloaded')
    expect(registry.journal.blob(layerOf(built)).requests.map(({ range }) => range)).toEqual([
      expect.stringMatching(/^bytes=200000-\d+$/),
      undefined,
    ])
  })
})

describe('several pulls at once', () => {
  it('fetch a common blob once, whatever stands below it', async () => {
    const { registry, pull } = await scene()
    const one = await registry.seed(image('t/one:1').layer({ base: '1' }).randomLayer(size))
    await registry.seed(image('t/two:1').layer({ base: '2' }).randomLayer(size))
    registry.addFault({ on: 'blob', digest: layerOf(one, 1), then: { bytesPerSecond: 1_000_000 } })
    await Promise.all([pull('t/one:1'), pull('t/two:1')])
    expect(registry.journal.blob(layerOf(one, 1)).requests).toHaveLength(1)
  })

  it('go on when one is cancelled, and the traffic ends when all are', async () => {
    const { registry, pull, names, eventsOf } = await scene()
    // Too large to wait in memory: a file can be followed.
    const built = await registry.seed(image('t/big:1').randomLayer(1_100_000))
    registry.addFault({ on: 'blob', digest: layerOf(built), nth: 1, afterBytes: 100_000, then: 'stall' })
    const first = new AbortController()
    const second = new AbortController()
    const reason = new Error('enough')
    const pulls = [
      failure(pull('t/big:1', { signal: first.signal })),
      failure(pull('t/big:1', { signal: second.signal })),
    ]
    while (eventsOf('layer:bytes').length < 2 || eventsOf('layer:extracting').length < 2)
      await new Promise((resolve) => setTimeout(resolve, 20))
    // It is inflated while it comes, and said so.
    expect(eventsOf('layer:extracting')).toMatchObject([
      { current: 100_000, arriving: true },
      { current: 100_000, arriving: true },
    ])
    expect(eventsOf('layer:verified')).toEqual([])
    first.abort(reason)
    expect(await pulls[0]).toBe(reason)
    expect(registry.journal.blob(layerOf(built)).requests[0]?.finished).toBe(false)
    second.abort(reason)
    expect(await pulls[1]).toBe(reason)
    await registry.journal.waitFor({ target: layerOf(built) })
    expect(await names()).toEqual([])
    // What has arrived stays, and the next pull asks for the rest only.
    registry.clearFaults()
    registry.journal.clear()
    await pull('t/big:1')
    expect(registry.journal.blob(layerOf(built)).requests.map(({ range }) => range)).toEqual([
      expect.stringMatching(/^bytes=100000-\d+$/),
    ])
  })

  it('go on from their own registry when the one that was shared fails', async () => {
    const { registry, pull, puller, names } = await scene()
    const dying = await startTestRegistry()
    onTestFinished(() => dying.close())
    const built = await dying.seed(image('t/one:1').randomLayer(size))
    await registry.seed(image('t/two:1').randomLayer(size))
    dying.addFault({ on: 'blob', digest: layerOf(built), afterBytes: 100_000, then: 'stall' })
    const underWay = Promise.withResolvers<void>()
    const joined = Promise.withResolvers<void>()
    const one = failure(
      puller.pull(`${dying.host}/t/one:1`, { onEvent: ({ type }) => type === 'layer:bytes' && underWay.resolve() }),
    )
    await underWay.promise
    const two = pull('t/two:1', { onEvent: ({ type }) => type === 'layer:bytes' && joined.resolve() })
    await joined.promise
    expect(registry.journal.blob(layerOf(built)).requests).toEqual([])
    await dying.close()
    expect((await one).code).toBe('CONNECTION_REFUSED')
    expect((await two).status).toBe('downloaded')
    expect(await names()).toContain(`${registry.host}/t/two:1`)
    expect(registry.journal.blob(layerOf(built)).requests.map(({ range }) => range)).toEqual([
      expect.stringMatching(/^bytes=100000-\d+$/),
    ])
  })

  it('never download more than the limit at once', async () => {
    const { registry, pull } = await scene({ puller: { jobs: 2 } })
    let many = image('t/many:1')
    for (let seed = 1; seed <= 6; seed += 1) many = many.randomLayer(50_000, { seed })
    await registry.seed(many)
    registry.addFault({ on: 'blob', then: { bytesPerSecond: 500_000 } })
    await pull('t/many:1')
    const spans = registry.journal
      .requests({ kind: 'blob' })
      .map(({ startedAt, endedAt }) => [startedAt, endedAt ?? Infinity] as const)
    for (const [start] of spans)
      expect(spans.filter(([from, to]) => from <= start && start < to).length).toBeLessThanOrEqual(2)
  })

  it('into one root from two pullers store each blob once', async () => {
    const { registry, root, pull } = await scene()
    const built = await registry.seed(image('t/both:1').randomLayer(size).randomLayer(size, { seed: 2 }))
    const transfers = createTransfers({ limit: 3, clock: instantClock() })
    const other = await createPuller({ root, transfers })
    const [one, two] = await Promise.all([
      pull('t/both:1'),
      other.pull(`${registry.host}/t/both:1`, { platform: 'linux/amd64' }),
    ])
    await other.close()
    await transfers.close()
    expect(one.id).toBe(two.id)
    for (const { digest } of built.layers) expect(registry.journal.blob(digest).requests).toHaveLength(1)
  })
})

describe('a failing image', () => {
  it('keeps what the other layers have brought', async () => {
    const { registry, root, pull } = await scene()
    const built = await registry.seed(
      image('t/half:1').layer({ a: 'a' }, { stored: false }).randomLayer(size, { seed: 5 }),
    )
    registry.addFault({
      on: 'blob',
      digest: layerOf(built, 0),
      then: { status: 404, body: { errors: [{ code: 'BLOB_UNKNOWN', message: 'no' }] } },
    })
    expect((await failure(pull('t/half:1'))).code).toBe('BLOB_UNKNOWN')
    const kept = [...(await list(join(root, 'blobs/sha256'))), ...(await list(join(root, 'lading/ingest/sha256')))]
    expect(kept.length).toBeGreaterThanOrEqual(0)
    expect(await readFile(join(root, 'index.json'), 'utf8').catch(() => '')).not.toContain('t/half')
  })

  it('reports the config’s error before a layer’s', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(image('t/worse:1').layer({ a: 'a' }))
    registry.addFault({
      on: 'blob',
      digest: built.config.digest,
      then: { status: 403, body: { errors: [{ code: 'DENIED', message: 'config' }] } },
    })
    registry.addFault({ on: 'blob', digest: layerOf(built), then: { status: 404 } })
    const error = await failure(pull('t/worse:1'))
    expect(['DENIED', 'BLOB_UNKNOWN']).toContain(error.code)
  })
})

const list = (path: string): Promise<string[]> => readdir(path).catch(() => [])

describe('two roots', () => {
  it('know nothing of each other', async () => {
    const root = await temporaryFolder()
    const { registry, pull } = await scene({ root })
    const built = await registry.seed(big)
    await pull('t/big:1')
    const other = await scene()
    await other.registry.seed(big)
    expect((await other.pull('t/big:1')).status).toBe('downloaded')
    expect(other.registry.journal.blob(layerOf(built)).requests).toHaveLength(1)
  })
})
