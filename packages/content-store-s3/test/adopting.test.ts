import { createObjectContentStore, generationKeys, timesOf, type Objects } from '@lading/content-store-s3'
import { createBucket, memoryObjects, type Bucket } from '@lading/content-store-s3/memory'
import type { ContentStore, Ingest } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { expect, it } from 'vitest'
import { adoptableOf } from '../src/blobs/adoptable.ts'
import { readGenerations } from '../src/blobs/generations.ts'
import { formatBeat, formatClaim } from '../src/blobs/owner-documents.ts'
import { newNonce } from '../src/nonce.ts'
import { begunIngest } from './begun-ingest.ts'
import { fakeClock } from './fake-clock.ts'

const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 37 + (index >> 7)) & 0xff)
const blob = { digest: digestOf(bytes), size: bytes.length }
const keys = (generation: number) => generationKeys(blob.digest, generation)
const bounds = { chunkBytes: 1_000, inlineBytes: 64, withheldBytes: 100 }

const openStore = (objects: Objects): ContentStore =>
  createObjectContentStore({ objects, clock: fakeClock(), bounds, times: timesOf({ flushMs: 1 }) })

const begun = (store: ContentStore, length: number): Promise<Ingest> =>
  begunIngest(store, bytes, { digest: blob.digest, length })

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => void setTimeout(resolve, 1))
}

const chunksIn = ({ objects }: Bucket, generation: number): readonly string[] =>
  [...objects.keys()].filter((key) => key.startsWith(keys(generation).chunk(0, '').slice(0, -17)))

it('adopts what is of the owners, from the first byte to the first gap', async () => {
  const objects = memoryObjects()
  const owners = [newNonce(), newNonce(), newNonce(), newNonce()] as const
  const claim = async (generation: number, fresh = false): Promise<void> =>
    void (await objects.create(
      keys(generation).claim,
      formatClaim({ nonce: owners[generation - 1] ?? '', fresh, host: 'here', pid: 1 }),
    ))
  const chunk = async (generation: number, offset: number, nonce = owners[generation - 1] ?? ''): Promise<void> =>
    void (await objects.create(keys(generation).chunk(offset, nonce), new Uint8Array(10)))
  const adoptable = async (): Promise<readonly string[]> => {
    const found = await readGenerations(objects, blob.digest)
    return (await adoptableOf(objects, found, { before: found.top + 1 })).chunks.map(({ key }) => key)
  }
  const own = (generation: number, offset: number): string =>
    keys(generation).chunk(offset, owners[generation - 1] ?? '')

  await claim(1)
  await chunk(1, 0)
  await chunk(1, 10, newNonce())
  await chunk(1, 20)
  expect(await adoptable()).toEqual([own(1, 0)])
  await chunk(1, 10)
  expect(await adoptable()).toEqual([own(1, 0), own(1, 10), own(1, 20)])
  await claim(2)
  await chunk(2, 20)
  expect(await adoptable()).toEqual([own(1, 0), own(1, 10), own(2, 20)])
  await claim(3)
  await chunk(3, 50)
  expect(await adoptable()).toEqual([own(1, 0), own(1, 10), own(2, 20)])
  await claim(4, true)
  expect(await adoptable()).toEqual([])
  await chunk(4, 0)
  expect(await adoptable()).toEqual([own(4, 0)])
  await objects.put(keys(4).beat, formatBeat({ nonce: owners[3], count: 1, state: 'discarded' }))
  expect(await adoptable()).toEqual([])
})

it('an owner that was taken for dead takes nothing away from its heir', async () => {
  const bucket = createBucket()
  const first = await begun(openStore(memoryObjects({ bucket })), 5_000)
  await until(() => chunksIn(bucket, 1).length === 5)
  const heir = await begun(openStore(memoryObjects({ bucket })), 0)
  expect(heir.offset).toBe(5_000)
  await first.discard()
  await heir.write(bytes.slice(5_000))
  await heir.commit()
  expect(await openStore(memoryObjects({ bucket })).read(blob.digest)).toEqual(bytes)
})

it('an owner that is done takes away what is left of others, and nothing that its heir may have adopted', async () => {
  for (const withHeir of [false, true]) {
    const bucket = createBucket()
    await (await begun(openStore(memoryObjects({ bucket })), 5_000)).close()
    // The first chunk was late, so that the second owner could not go on with the others.
    const [late = ''] = chunksIn(bucket, 1)
    const chunk = bucket.objects.get(late)
    bucket.objects.delete(late)
    const second = await begun(openStore(memoryObjects({ bucket })), 0)
    expect(second.offset).toBe(0)
    if (chunk !== undefined) bucket.objects.set(late, chunk)
    const heir = withHeir ? await begun(openStore(memoryObjects({ bucket })), bytes.length) : undefined
    await second.write(bytes.slice())
    await second.commit()
    expect(chunksIn(bucket, 1)).toHaveLength(withHeir ? 5 : 0)
    await heir?.commit()
    expect(await openStore(memoryObjects({ bucket })).read(blob.digest)).toEqual(bytes)
  }
})

it('who claims a blob looks once more: it may be done by now', async () => {
  const bucket = createBucket()
  const first = await begun(openStore(memoryObjects({ bucket })), bytes.length)
  // It takes the first one for dead, and stands still before it claims.
  const inner = memoryObjects({ bucket })
  const gate = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const second = openStore({
    ...inner,
    async create(key, ...of) {
      reached.resolve()
      await gate.promise
      return inner.create(key, ...of)
    },
  }).ingest(blob)
  await reached.promise
  await first.commit()
  gate.resolve()
  expect(await second).toBeUndefined()
})

it('is not done before all chunks are in the store', async () => {
  const bucket = createBucket()
  const inner = memoryObjects({ bucket })
  const gate = Promise.withResolvers<void>()
  const objects: Objects = {
    ...inner,
    async create(key, ...of) {
      if (key.includes('chunk-0000000000003000')) await gate.promise
      return inner.create(key, ...of)
    },
  }
  const ingest = await begun(openStore(objects), bytes.length)
  const committed = ingest.commit()
  await until(() => chunksIn(bucket, 1).length === 9)
  await new Promise((resolve) => void setTimeout(resolve, 5))
  expect(bucket.objects.has(keys(1).done)).toBe(false)
  gate.resolve()
  await committed
  expect(await openStore(memoryObjects({ bucket })).read(blob.digest)).toEqual(bytes)
})
