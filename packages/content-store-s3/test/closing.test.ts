import { createObjectContentStore, createObjectLeases, steadyObjects, timesOf } from '@lading/content-store-s3'
import { createBucket, memoryObjects, type Fault } from '@lading/content-store-s3/memory'
import type { ContentStore, Ingest } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { begunIngest } from './begun-ingest.ts'
import { fakeClock } from './fake-clock.ts'

const bytes = Uint8Array.from({ length: 5_000 }, (_, index) => (index * 37) & 0xff)
const blob = { digest: digestOf(bytes), size: bytes.length }
const bounds = { chunkBytes: 1_000, inFlight: 2, inlineBytes: 64, withheldBytes: 100 }

/** Two processes over a bucket that can be away for the first of them; waits pass at once. */
function scene() {
  const bucket = createBucket()
  const clock = fakeClock()
  const store: { away?: Fault | undefined } = {}
  const objects = steadyObjects(memoryObjects({ bucket, faults: () => store.away }), { clock })
  const open = (over = objects): ContentStore => createObjectContentStore({ objects: over, clock, bounds })
  return { bucket, clock, store, objects, contents: open(), another: () => open(memoryObjects({ bucket })) }
}

const begun = (contents: ContentStore, length: number): Promise<Ingest> =>
  begunIngest(contents, bytes, { digest: blob.digest, length })

describe('while the store is away', () => {
  const { closeMs, deadMs } = timesOf()

  it.each(['close', 'discard'] as const)('%s ends in time, and the next owner goes on or begins anew', async (how) => {
    const { clock, store, contents, another } = scene()
    const ingest = await begun(contents, 2_500)
    store.away = 'lost'
    const before = clock.now()
    await ingest[how]()
    expect(clock.now() - before).toBeLessThan(2 * closeMs)
    store.away = undefined

    const waited = clock.now()
    const next = await begun(another(), bytes.length)
    // Nobody has told that it ended: its beat stands still.
    expect(clock.now() - waited).toBeGreaterThanOrEqual(deadMs)
    await next.commit()
    expect(await another().read(blob.digest)).toEqual(bytes)
  })

  it('content without a digest is thrown away in time', async () => {
    const { clock, store, contents } = scene()
    const ingest = await contents.ingestUnnamed()
    await ingest.begin({ start: 0, source: 'test' })
    await ingest.write(bytes.slice())
    store.away = 'busy'
    const before = clock.now()
    await ingest.discard()
    expect(clock.now() - before).toBeLessThan(2 * closeMs)
  })

  it('a lease is let go of in time', async () => {
    const { bucket, clock, store, objects } = scene()
    const lease = await createObjectLeases({ objects, clock }).acquire()
    await lease.hold([blob.digest])
    store.away = 'lost'
    const before = clock.now()
    await lease.release()
    expect(clock.now() - before).toBeLessThan(2 * closeMs)
    store.away = undefined
    // What is left of it is void before long.
    const { held } = createObjectLeases({ objects: memoryObjects({ bucket }), clock })
    await held()
    clock.pass(deadMs)
    expect([...(await held())]).toEqual([])
  })
})
