import { createObjectContentStore, generationKeys, timesOf, type Objects } from '@lading/content-store-s3'
import { createBucket, memoryObjects, type Bucket } from '@lading/content-store-s3/memory'
import type { ContentStore, Ingest } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it, vi } from 'vitest'
import type { Bounds } from '../src/blobs/engine.ts'
import { formatBeat } from '../src/blobs/owner-documents.ts'
import { watchOwner } from '../src/blobs/watch-owner.ts'
import { parseBlobKey } from '../src/layout.ts'
import { begunIngest } from './begun-ingest.ts'
import { fakeClock } from './fake-clock.ts'
import { allOf } from './gated-objects.ts'

const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 37 + (index >> 7)) & 0xff)
const blob = { digest: digestOf(bytes), size: bytes.length }
const keys = (generation: number) => generationKeys(blob.digest, generation)
const small: Bounds = { chunkBytes: 1_000, inFlight: 2, inlineBytes: 64, withheldBytes: 100 }
const minuteMs = 60_000

function openStore(
  bucket: Bucket,
  { clock = fakeClock(), objects = memoryObjects({ bucket }), flushMs = 5 } = {},
): ContentStore {
  return createObjectContentStore({ objects, clock, bounds: small, times: timesOf({ flushMs }) })
}

const begun = (store: ContentStore, length: number): Promise<Ingest> =>
  begunIngest(store, bytes, { digest: blob.digest, length })

const chunkSizes = ({ objects }: Bucket): readonly number[] =>
  [...objects].filter(([key]) => typeof parseBlobKey(key)?.part === 'object').map(([, object]) => object.bytes.length)

const condemn = (bucket: Bucket, generation: number): void =>
  void bucket.objects.set(keys(generation).condemned('c'.repeat(16)), { bytes: new Uint8Array(1), modifiedMs: 1 })

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => void setTimeout(resolve, 1))
}

describe('an observer', () => {
  const beat = (count: number, state: 'going' | 'closed' = 'going'): Uint8Array =>
    formatBeat({ nonce: 'a', count, state })
  const watching = () => {
    const clock = fakeClock()
    const objects = memoryObjects()
    const brings = watchOwner(objects, blob.digest, { times: timesOf(), clock })
    return {
      objects,
      clock,
      /** Looks each second for so long, and says what it saw last. */
      async look(seconds: number): Promise<boolean> {
        let lives = true
        for (let second = 0; second < seconds; second++) {
          clock.pass(1_000)
          lives = await brings(1)
        }
        return lives
      },
    }
  }

  it('takes an owner for dead whose beat it has seen unchanged for 30 seconds, or that never beat', async () => {
    for (const beats of [true, false]) {
      const { objects, look } = watching()
      if (beats) await objects.put(keys(1).beat, beat(1))
      expect(await look(31)).toBe(true)
      expect(await look(1)).toBe(false)
    }
  })

  it('begins anew with each beat', async () => {
    const { objects, look } = watching()
    for (let count = 1; count <= 4; count++) {
      await objects.put(keys(1).beat, beat(count))
      expect(await look(29)).toBe(true)
    }
    await objects.put(keys(1).beat, beat(5, 'closed'))
    expect(await look(1)).toBe(false)
  })

  it('takes nobody for dead because the store was away, or itself', async () => {
    const { objects, clock, look } = watching()
    await objects.put(keys(1).beat, beat(1))
    expect(await look(25)).toBe(true)
    clock.pass(10 * minuteMs)
    expect(await look(31)).toBe(true)
    expect(await look(1)).toBe(false)
  })
})

describe('what is condemned', () => {
  it('is absent for whoever publishes or downloads, and is read on', async () => {
    const bucket = createBucket()
    const store = openStore(bucket)
    await (await begun(store, bytes.length)).commit()
    const reader = store.open(blob)[Symbol.asyncIterator]()
    await reader.next()
    condemn(bucket, 1)
    expect(await store.stat(blob.digest)).toBeUndefined()
    expect((await reader.next()).value).toEqual(bytes.slice(1_000, 2_000))
    expect(await store.read(blob.digest)).toEqual(bytes)
    await store.put(blob.digest, bytes)
    expect(await store.stat(blob.digest)).toEqual({ size: bytes.length })
    expect(bucket.objects.has(keys(2).done)).toBe(true)
  })

  it('is adopted by nobody', async () => {
    const bucket = createBucket()
    await (await begun(openStore(bucket), 5_000)).close()
    condemn(bucket, 1)
    const next = await begun(openStore(bucket), 0)
    expect(next.offset).toBe(0)
    await next.discard()
  })

  it('ends whoever brings it, and whoever has adopted it before', async () => {
    for (const adopted of [false, true]) {
      const bucket = createBucket()
      const store = openStore(bucket)
      if (adopted) await (await begun(store, 5_000)).close()
      const ingest = await begun(store, bytes.length)
      condemn(bucket, 1)
      await expect(ingest.commit()).rejects.toMatchObject({ code: 'LOCK_LOST' })
      await ingest.close()
      expect(await store.stat(blob.digest)).toBeUndefined()
      await (await begun(store, bytes.length)).commit()
      expect(await store.read(blob.digest)).toEqual(bytes)
    }
  })
})

describe('a process that stood still', () => {
  it('for more than half of the grace time in its last step abandons it', async () => {
    const bucket = createBucket()
    const clock = fakeClock()
    const inner = memoryObjects({ bucket })
    let stillMs = 0
    const objects: Objects = {
      ...inner,
      async *list(...of) {
        yield* inner.list(...of)
        clock.pass(stillMs)
      },
    }
    const ingest = await begun(openStore(bucket, { clock, objects }), bytes.length)
    stillMs = 31 * minuteMs
    await expect(ingest.commit()).rejects.toMatchObject({ code: 'LOCK_LOST' })
    expect(bucket.objects.has(keys(1).done)).toBe(false)
    stillMs = 29 * minuteMs
    await ingest.commit()
    expect(bucket.objects.has(keys(1).done)).toBe(true)
  })

  it('with its machine, whose monotonic clock slept as well, abandons it', async () => {
    const bucket = createBucket()
    let aheadMs = 0
    const wall = Date.now
    const asleep = vi.spyOn(Date, 'now').mockImplementation(() => wall() + aheadMs)
    try {
      const inner = memoryObjects({ bucket, date: wall })
      const objects: Objects = {
        ...inner,
        async *list(...of) {
          yield* inner.list(...of)
          if (bucket.objects.size > 3) aheadMs += 31 * minuteMs
        },
      }
      const ingest = await begun(openStore(bucket, { objects }), bytes.length)
      await expect(ingest.commit()).rejects.toMatchObject({ code: 'LOCK_LOST' })
      expect(bucket.objects.has(keys(1).done)).toBe(false)
    } finally {
      asleep.mockRestore()
    }
  })

  it('while what is its own was deleted and claimed anew finishes nothing', async () => {
    const bucket = createBucket()
    const clock = fakeClock()
    const ingest = await begun(openStore(bucket, { clock }), bytes.length)
    await until(() => chunkSizes(bucket).reduce((sum, size) => sum + size, 0) >= bytes.length - small.withheldBytes)
    clock.pass(31 * minuteMs)
    const { bytes: claim } = bucket.objects.get(keys(1).claim) ?? { bytes: new Uint8Array(0) }
    const other = new TextDecoder().decode(claim).replace(/"nonce":"[0-9a-f]+"/, '"nonce":"0000000000000000"')
    bucket.objects.set(keys(1).claim, { bytes: new TextEncoder().encode(other), modifiedMs: 2 })
    await expect(ingest.commit()).rejects.toMatchObject({ code: 'LOCK_LOST' })
    expect(bucket.objects.has(keys(1).done)).toBe(false)
  })
})

describe('bytes on their way', () => {
  it('are in the store soon, also where they come slowly, but for the last ones', async () => {
    const bucket = createBucket()
    const ingest = await begun(openStore(bucket), 10)
    await until(() => chunkSizes(bucket).length === 1)
    await ingest.write(bytes.slice(10, 30))
    await until(() => chunkSizes(bucket).length === 2)
    expect(chunkSizes(bucket)).toEqual([10, 20])
    await ingest.write(bytes.slice(30))
    const before = bytes.length - small.withheldBytes
    await until(() => chunkSizes(bucket).reduce((sum, size) => sum + size, 0) === before)
    await new Promise((resolve) => void setTimeout(resolve, 20))
    expect(chunkSizes(bucket).reduce((sum, size) => sum + size, 0)).toBe(before)
    await ingest.commit()
    expect(await openStore(bucket).read(blob.digest)).toEqual(bytes)
  })

  it('wait for a store that is slow: no more chunks are in flight than there may be', async () => {
    const bucket = createBucket()
    const inner = memoryObjects({ bucket })
    const gate = Promise.withResolvers<void>()
    let [flying, most] = [0, 0]
    const objects: Objects = {
      ...inner,
      async create(key, ...of) {
        if (key.includes('chunk-')) {
          most = Math.max(most, ++flying)
          await gate.promise
          flying -= 1
        }
        return inner.create(key, ...of)
      },
    }
    const ingest = await begun(openStore(bucket, { objects, flushMs: minuteMs }), 0)
    let taken = 0
    const writing = (async () => {
      for (let at = 0; at < bytes.length; at += 250) {
        await ingest.write(bytes.slice(at, at + 250))
        taken = at + 250
      }
    })()
    await new Promise((resolve) => void setTimeout(resolve, 20))
    expect(flying).toBe(2)
    // Those in flight, and what fills one more.
    expect(taken).toBeLessThanOrEqual(3_000)
    gate.resolve()
    await writing
    await ingest.commit()
    expect(most).toBe(2)
    expect(await openStore(bucket).read(blob.digest)).toEqual(bytes)
  })
})

describe('a reader of a blob on its way', () => {
  it('goes on with the heir of the owner who died, and ends where there is none', async () => {
    const bucket = createBucket()
    await begun(openStore(bucket), 5_000)
    await until(() => chunkSizes(bucket).reduce((sum, size) => sum + size, 0) === 5_000)
    const reader = openStore(bucket)
    const read: Uint8Array[] = []
    const reading = (async () => {
      for await (const piece of reader.arriving.read(blob.digest, { start: 300, end: 9_000 })) read.push(piece)
    })()
    const heir = await begun(openStore(bucket), bytes.length)
    await reading
    expect(new Uint8Array(Buffer.concat(read))).toEqual(bytes.slice(300, 9_000))
    await heir.close()

    const alone = createBucket()
    await begun(openStore(alone), 5_000)
    const left = openStore(alone).arriving.read(blob.digest, { start: 0, end: bytes.length })
    await expect(allOf(left)).rejects.toMatchObject({ code: 'INGEST_CLOSED' })
  })

  it('has the last bytes once they are right', async () => {
    const bucket = createBucket()
    const ingest = await begun(openStore(bucket), bytes.length)
    const read: Uint8Array[] = []
    let ended = false
    // Its time stands still: however often it looks before the next chunk is written, the owner lives.
    const reader = openStore(bucket, { clock: { ...fakeClock(), now: () => 0 } })
    const reading = (async () => {
      for await (const piece of reader.arriving.read(blob.digest, { start: 0, end: bytes.length })) read.push(piece)
      ended = true
    })()
    const length = (): number => read.reduce((sum, piece) => sum + piece.length, 0)
    await until(() => length() === bytes.length - small.withheldBytes)
    expect(ended).toBe(false)
    await ingest.commit()
    await reading
    expect(new Uint8Array(Buffer.concat(read))).toEqual(bytes)
  })
})
