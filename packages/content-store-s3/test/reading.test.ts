import { createObjectContentStore } from '@lading/content-store-s3'
import { createBucket, memoryObjects, type Bucket } from '@lading/content-store-s3/memory'
import type { ContentStore } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { expect, it } from 'vitest'
import { parseBlobKey } from '../src/layout.ts'

const bytes = Uint8Array.from({ length: 5_500 }, (_, index) => (index * 37 + (index >> 7)) & 0xff)
const blob = { digest: digestOf(bytes), size: bytes.length }

const openStore = (bucket: Bucket): ContentStore =>
  createObjectContentStore({ objects: memoryObjects({ bucket }), bounds: { chunkBytes: 1_000, inlineBytes: 64 } })

const chunksOf = ({ objects }: Bucket): readonly string[] =>
  [...objects.keys()].filter((key) => typeof parseBlobKey(key)?.part === 'object').toSorted()

function spoil({ objects }: Bucket, key = ''): void {
  const there = objects.get(key)
  const spoiled = there?.bytes.slice() ?? new Uint8Array(0)
  spoiled[0] = (spoiled[0] ?? 0) ^ 1
  objects.set(key, { bytes: spoiled, modifiedMs: 1 })
}

/** What a sink gets of it, and how it ended. */
async function sent(
  store: ContentStore,
  offset: number,
  end: number,
): Promise<{ readonly length: number; readonly code?: string }> {
  let length = 0
  const sink = { offset, end, begin: () => {}, write: (chunk: Uint8Array) => void (length += chunk.length) }
  try {
    await store.send(blob, sink)
    return { length }
  } catch (error) {
    return { length, code: (error as { code: string }).code }
  }
}

it('a chunk that is wrong is never handed out, and what is read beside it is', async () => {
  const bucket = createBucket()
  const store = openStore(bucket)
  await store.put(blob.digest, bytes)
  const [, , third, fourth] = chunksOf(bucket)
  spoil(bucket, third)
  expect(await sent(store, 100, 2_000)).toEqual({ length: 1_900 })
  expect(await sent(store, 100, 2_001)).toEqual({ length: 1_900, code: 'CONTENT_DAMAGED' })
  expect(await sent(store, 3_000, 5_500)).toEqual({ length: 2_500 })
  bucket.objects.delete(fourth ?? '')
  expect(await sent(store, 3_500, 5_500)).toEqual({ length: 0, code: 'CONTENT_DAMAGED' })
})

it('a reader goes on in another copy where the one that it reads goes away or is damaged', async () => {
  for (const harm of [spoil, ({ objects }: Bucket, key = '') => void objects.delete(key)]) {
    const bucket = createBucket()
    const store = openStore(bucket)
    await store.put(blob.digest, bytes)
    const first = chunksOf(bucket)
    const reader = store.open(blob)[Symbol.asyncIterator]()
    const read = [(await reader.next()).value as Uint8Array]
    for (const key of first) harm(bucket, key)
    await store.put(blob.digest, bytes)
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) read.push(next.value)
    expect(new Uint8Array(Buffer.concat(read))).toEqual(bytes)
  }
})

it('a list of chunks that cannot be read is damage, and makes nothing present', async () => {
  const bucket = createBucket()
  const store = openStore(bucket)
  await store.put(blob.digest, bytes)
  for (const [key, object] of bucket.objects)
    if (key.endsWith('/done')) bucket.objects.set(key, { ...object, bytes: object.bytes.subarray(40) })
  expect(await store.stat(blob.digest)).toBeUndefined()
  await expect(store.read(blob.digest)).rejects.toMatchObject({ code: 'CONTENT_DAMAGED' })
  await store.put(blob.digest, bytes)
  expect(await store.read(blob.digest, { maxBytes: bytes.length })).toEqual(bytes)
})
