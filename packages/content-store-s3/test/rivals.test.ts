import { createObjectContentStore, generationKeys, timesOf } from '@lading/content-store-s3'
import { createBucket, memoryObjects, type Bucket, type Faults } from '@lading/content-store-s3/memory'
import type { ContentStore, Ingest, IngestOptions, Waiting } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { formatBeat, formatClaim, parseClaim } from '../src/blobs/owner-documents.ts'
import { begunIngest } from './begun-ingest.ts'
import { fakeClock } from './fake-clock.ts'

const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 37 + (index >> 7)) & 0xff)
const blob = { digest: digestOf(bytes), size: bytes.length }
const bounds = { chunkBytes: 1_000, inFlight: 2, inlineBytes: 64, withheldBytes: 100 }
const keys = (generation: number) => generationKeys(blob.digest, generation)
const nonce = 'a'.repeat(16)

interface Scene {
  readonly store: ContentStore
  readonly clock: ReturnType<typeof fakeClock>
  readonly told: readonly Waiting[]
}

/** A process for which a wait is over at once. */
function waiter(bucket: Bucket, faults?: Faults, onWaiting?: () => void): Scene {
  const clock = fakeClock()
  const told: Waiting[] = []
  const store = createObjectContentStore({
    objects: memoryObjects({ bucket, faults }),
    clock,
    bounds,
    times: timesOf({ flushMs: 5 }),
    onWaiting(waiting) {
      told.push(waiting)
      onWaiting?.()
    },
  })
  return { store, clock, told }
}

const begun = (store: ContentStore, length: number, options: Partial<IngestOptions> = {}): Promise<Ingest> =>
  begunIngest(store, bytes, { digest: blob.digest, length, ...options })

/** An owner that lives: with each look of another one it brings so many bytes. */
function owner(bucket: Bucket, each: number, claim = {}): Faults {
  let at = 0
  let count = 0
  const put = (key: string, body: Uint8Array): void => void bucket.objects.set(key, { bytes: body, modifiedMs: 1 })
  put(keys(1).claim, formatClaim({ nonce, fresh: false, host: 'worker-7', pid: 7, ...claim }))
  return ({ operation }) => {
    if (operation !== 'list' || bucket.objects.has(keys(2).claim)) return undefined
    put(keys(1).beat, formatBeat({ nonce, count: ++count, state: 'going', source: 'test', validator: '"etag"' }))
    put(keys(1).chunk(at, nonce), bytes.slice(at, at + each))
    at += each
    return undefined
  }
}

describe('whoever waits for another owner', () => {
  it('tells of it, once', async () => {
    const bucket = createBucket()
    const ingest = await begun(waiter(bucket).store, bytes.length)
    const { store, told } = waiter(bucket, undefined, () => void ingest.commit())
    expect(await store.ingest(blob)).toBeUndefined()
    expect(told).toMatchObject([
      {
        path: keys(1).claim,
        pid: process.pid,
        silenceMs: 30_000,
        message: expect.stringMatching(
          `^waiting for process ${process.pid} on .+, which downloads ${blob.digest}; should it be gone, this one goes on in 30 s$`,
        ) as string,
      },
    ])
  })

  it('goes on beside it where it is slow, from what is there', async () => {
    const bucket = createBucket()
    const { store, clock } = waiter(bucket, owner(bucket, 10))
    const ingest = await store.ingest(blob, { yields: true })
    expect(clock.now()).toBeGreaterThanOrEqual(10_000)
    expect(clock.now()).toBeLessThan(20_000)
    expect(ingest?.offset).toBeGreaterThanOrEqual(100)
    expect(ingest?.validator).toBe('"etag"')
    expect(bucket.objects.has(keys(1).chunk(100, nonce))).toBe(true)
    expect(parseClaim(bucket.objects.get(keys(2).claim)?.bytes)?.overtakes).toBe(true)
    await ingest?.begin({ start: ingest.offset, source: 'test' })
    await ingest?.write(bytes.slice(ingest.offset))
    await ingest?.commit()
    expect(await store.read(blob.digest)).toEqual(bytes)
  })

  it.each([
    ['does not yield', { each: 10, claim: {}, yields: false }],
    ['sees it bring what is left in time', { each: 400, claim: {}, yields: true }],
    ['sees one that has overtaken another', { each: 10, claim: { overtakes: true }, yields: true }],
  ])('waits on when it %s', async (_, { each, claim, yields }) => {
    const bucket = createBucket()
    const grow = owner(bucket, each, claim)
    let looks = 0
    const enough = new Error('enough')
    const { store } = waiter(bucket, (request) => {
      if (request.operation === 'list' && ++looks > 24) throw enough
      return grow(request)
    })
    await expect(store.ingest(blob, { yields })).rejects.toBe(enough)
    expect(bucket.objects.has(keys(2).claim)).toBe(false)
  })
})

describe('an owner that another one has overtaken', () => {
  it.each([
    [true, 'INGEST_SUPERSEDED'],
    [false, 'LOCK_LOST'],
  ])('ends, yielding or not: %s, %s', async (yields, code) => {
    const bucket = createBucket()
    const { store } = waiter(bucket)
    const ingest = await begun(store, 5_000, { yields })
    bucket.objects.set(keys(2).claim, {
      bytes: formatClaim({ nonce, fresh: false, overtakes: true, host: '', pid: 1 }),
      modifiedMs: 1,
    })
    await expect(ingest.begin({ start: ingest.offset, source: 'test' })).rejects.toMatchObject({ code })
    expect(() => ingest.write(bytes.slice(5_000))).toThrow(expect.objectContaining({ code }) as Error)
    expect(ingest.superseded?.aborted).toBe(yields || undefined)
    await ingest.close()
  })
})
