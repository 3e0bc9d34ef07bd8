import { systemClock, type Clock } from '@lading/clock'
import { createObjectContentStore, steadyObjects, timesOf, type Times } from '@lading/content-store-s3'
import { createBucket, memoryObjects, randomFaults, seededRandom, type Faults } from '@lading/content-store-s3/memory'
import type { BlobAddress, ContentStore } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { expect, it } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'

const sizes = [0, 1, 40, 900, 2_500, 7_000, 20_000]
const blobs = sizes.map((size, seed) => {
  const random = seededRandom(seed)
  const bytes = Uint8Array.from({ length: size }, () => Math.floor(random() * 256))
  return { bytes, digest: digestOf(bytes), size }
})
const chances = { busy: 0.1, conflict: 0.1, lost: 0.1, 'answer lost': 0.1 }
/** Where the store is asked again at once. */
const quick: Clock = { ...systemClock, sleep: (_, options) => systemClock.sleep(1, options) }

/** A worker: a process with a store of its own over the same bucket. */
function openStore(bucket: ReturnType<typeof createBucket>, faults: Faults, times: Times): ContentStore {
  const objects = steadyObjects(memoryObjects({ bucket, pageSize: 5, faults }), { clock: quick })
  return createObjectContentStore({
    objects,
    times,
    bounds: { chunkBytes: 1_000, inlineBytes: 100, withheldBytes: 50 },
  })
}

/** As a pull does it; what comes from upstream is counted. */
async function bring(
  store: ContentStore,
  { bytes, ...address }: BlobAddress & { readonly bytes: Uint8Array },
  { random, came }: { readonly random: () => number; readonly came: (count: number) => void },
): Promise<void> {
  for (;;) {
    const ingest = await store.ingest(address)
    if (ingest === undefined) return
    try {
      const { offset } = ingest
      await ingest.begin({ start: offset, source: 'upstream' })
      for (let at = offset; at < bytes.length;) {
        const piece = bytes.slice(at, at + 1 + Math.floor(random() * 700))
        at += piece.length
        came(piece.length)
        await ingest.write(piece)
      }
      await ingest.commit()
      return
    } catch (error) {
      await ingest.close()
      if (!isLadingError(error, 'LOCK_LOST')) throw error
    }
  }
}

async function expectAll(store: ContentStore): Promise<void> {
  for (const { digest, size, bytes } of blobs) {
    expect(await store.stat(digest)).toEqual({ size })
    expect(await store.read(digest)).toEqual(bytes)
  }
}

it('each byte leaves the upstream once, whatever the store does to many workers', async () => {
  for (let seed = 0; seed < atScale(1, 30); seed++) {
    const bucket = createBucket()
    const random = seededRandom(seed)
    let count = 0
    const came = (bytes: number): void => void (count += bytes)
    await Promise.all(
      Array.from({ length: atScale(2, 8) }, async () => {
        const store = openStore(
          bucket,
          randomFaults({ chances, delays: 3, random }),
          timesOf({ pollMs: 2, flushMs: 2 }),
        )
        await Promise.all(blobs.map((blob) => bring(store, blob, { random, came })))
      }),
    )
    expect(count).toBe(sizes.reduce((sum, size) => sum + size, 0))
    await expectAll(openStore(bucket, () => undefined, timesOf()))
  }
})

it('workers that are stopped anywhere leave a store that is right', needs(enlarged), async () => {
  for (let seed = 0; seed < 20; seed++) {
    const bucket = createBucket()
    const random = seededRandom(seed)
    const times = timesOf({ pollMs: 2, flushMs: 2, beatMs: 10, deadMs: 60 })
    const kill = (last: number): { readonly faults: Faults; readonly stopped: Promise<void> } => {
      const passing = randomFaults({ chances, delays: 3, random })
      const { promise, resolve } = Promise.withResolvers<void>()
      return {
        stopped: promise,
        faults: async (request) => {
          if (request.nth < last) return passing(request)
          resolve()
          return request.nth === last && random() < 0.5 ? 'stopped after' : 'stopped'
        },
      }
    }
    for (let victim = 0; victim < 5; victim++) {
      const { faults, stopped } = kill(1 + Math.floor(random() * 150))
      const store = openStore(bucket, faults, times)
      const work = Promise.all(blobs.map((blob) => bring(store, blob, { random, came: () => {} })))
      await Promise.race([stopped, work])
    }
    const last = openStore(bucket, randomFaults({ chances, delays: 3, random }), times)
    await Promise.all(blobs.map((blob) => bring(last, blob, { random, came: () => {} })))
    await expectAll(last)
  }
})
