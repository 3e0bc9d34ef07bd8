import type { ContentStore } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { parseReference } from '@lading/reference'
import { describe, expect, it } from 'vitest'
import { createObjectContentStore } from '../../src/create-object-content-store.ts'
import { blobPrefix, generationKeys, unnamedKeys } from '../../src/layout.ts'
import { createBucket, memoryObjects, type Bucket } from '../../src/memory/index.ts'
import { newNonce } from '../../src/nonce.ts'
import { createObjectReferenceStore } from '../../src/names/object-reference-store.ts'
import { timesOf } from '../../src/times.ts'
import { hurriedClock } from '../hurried-clock.ts'

const times = timesOf()
const bytes = new TextEncoder().encode('content')
const digest = digestOf(bytes)

const open = (bucket: Bucket, clock = hurriedClock(), patient = false): ContentStore =>
  createObjectContentStore({ objects: memoryObjects({ bucket }), times, clock, patient })

const keysIn = ({ objects }: Bucket): readonly string[] =>
  [...objects.keys()].filter((key) => !key.startsWith('retired/') && key !== 'collector')

it('leaves what it has not seen for the grace time to the next pass of the same process', async () => {
  const bucket = createBucket()
  const clock = hurriedClock()
  const contents = open(bucket, clock)
  await contents.put(digest, bytes)
  expect(await contents.remove(digest)).toBe(true)
  expect(await contents.remove(digest)).toBe(false)
  expect((await contents.emptyTrash()).trash.bytes).toBe(0)
  await clock.sleep(times.graceMs)
  // One that has just begun to look knows of no age.
  expect((await open(bucket, clock).emptyTrash()).trash.bytes).toBe(0)
  expect(await contents.read(digest)).toEqual(bytes)
  expect((await contents.emptyTrash()).trash.bytes).toBe(bytes.length)
  await expect(contents.read(digest)).rejects.toMatchObject({ code: 'CONTENT_UNKNOWN' })
})

it('leaves nothing behind, once the markers have outlived what they condemned', async () => {
  const bucket = createBucket()
  const contents = open(bucket, hurriedClock(), true)
  await contents.put(digest, bytes)
  await contents.remove(digest)
  await contents.emptyTrash()
  expect(keysIn(bucket).some((key) => key.startsWith(blobPrefix(digest)))).toBe(true)
  // It is brought again meanwhile, by the next number.
  await contents.put(digest, bytes)
  expect(await contents.verify(digest)).toEqual({ size: bytes.length })
  await contents.remove(digest)
  const clock = hurriedClock()
  const last = open(bucket, clock, true)
  await last.emptyTrash()
  await last.emptyTrash()
  await clock.sleep(times.graceMs)
  await last.emptyTrash()
  expect(keysIn(bucket)).toEqual([])
})

it('deletes what was brought again and is needed only where the new copy is present by itself', async () => {
  const bucket = createBucket()
  const contents = open(bucket, hurriedClock(), true)
  await contents.put(digest, bytes)
  await contents.remove(digest)
  await contents.put(digest, bytes)
  const needed = (): Promise<ReadonlySet<typeof digest>> => Promise.resolve(new Set([digest]))
  expect((await contents.emptyTrash({ needed })).trash.bytes).toBe(bytes.length)
  expect(keysIn(bucket).filter((key) => key.endsWith('/done'))).toHaveLength(1)
  expect(await contents.verify(digest)).toEqual({ size: bytes.length })
})

it('trims versions of names that were followed long ago, and goes on counting after a removed one', async () => {
  const bucket = createBucket()
  const clock = hurriedClock()
  const contents = open(bucket, clock)
  const names = createObjectReferenceStore({ objects: memoryObjects({ bucket }), times, clock })
  const target = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: bytes.length }
  const name = parseReference('alpine')
  const set = (size: number): Promise<unknown> => names.update((each) => each.set(name, { ...target, size }))
  for (const size of [1, 2, 3]) await set(size)
  await contents.emptyTrash()
  expect(keysIn(bucket)).toHaveLength(3)
  await clock.sleep(times.graceMs)
  await contents.emptyTrash()
  expect(keysIn(bucket)).toHaveLength(1)
  expect((await names.get(name))?.size).toBe(3)
  await names.update((each) => each.delete(name))
  await clock.sleep(times.graceMs / 4)
  await contents.emptyTrash()
  await clock.sleep(times.graceMs)
  await contents.emptyTrash()
  expect(keysIn(bucket)).toEqual([])
  await set(4)
  expect(keysIn(bucket)).toEqual([expect.stringMatching(/\/0*5$/)])
  expect((await names.get(name))?.size).toBe(4)
})

it('takes away content without a digest whose process was not heard of for the grace time', async () => {
  const bucket = createBucket()
  const clock = hurriedClock()
  const contents = open(bucket, clock)
  const left = [unnamedKeys(newNonce()), unnamedKeys(newNonce())] as const
  for (const keys of left) {
    bucket.objects.set(keys.beat, { bytes: new Uint8Array(10), modifiedMs: 1 })
    bucket.objects.set(keys.chunk(0), { bytes, modifiedMs: 1 })
  }
  const [killed, alive] = left
  expect((await contents.emptyTrash()).temporary.files).toBe(0)
  await clock.sleep(times.graceMs)
  bucket.objects.set(alive.beat, { bytes: new Uint8Array(10), modifiedMs: 2 })
  expect((await contents.emptyTrash()).temporary).toEqual({ files: 2, bytes: 10 + bytes.length })
  expect(keysIn(bucket)).toEqual([alive.beat, alive.chunk(0)])
  expect(keysIn(bucket)).not.toContain(killed.beat)
})

/** As it is listed by a store whose clock says that it was written so long ago. */
function backdate({ objects }: Bucket, key: string, ageMs: number): void {
  const object = objects.get(key)
  if (object !== undefined) objects.set(key, { ...object, modifiedMs: Date.now() - ageMs })
}

describe('what an owner left beside a blob that is present', () => {
  const stray = (bucket: Bucket, n: number): readonly string[] => {
    const { claim, beat, chunk } = generationKeys(digest, n)
    const keys = [claim, beat, chunk(0, newNonce())]
    for (const key of keys) bucket.objects.set(key, { bytes, modifiedMs: 1 })
    return keys
  }
  /** Looks that announce, delete, and forget. */
  async function collected(bucket: Bucket, between = (): void => {}): Promise<readonly string[]> {
    const clock = hurriedClock()
    const contents = open(bucket, clock)
    await contents.emptyTrash()
    between()
    for (let pass = 0; pass < 3; pass++) {
      await clock.sleep(times.graceMs)
      await contents.emptyTrash()
    }
    return keysIn(bucket)
  }

  it.each([2, 4])('goes after a week, its number %i below or above', async (n) => {
    const bucket = createBucket()
    const { done } = generationKeys(digest, 3)
    await open(bucket).put(digest, bytes)
    const document = bucket.objects.get(generationKeys(digest, 1).done)
    bucket.objects.clear()
    if (document !== undefined) bucket.objects.set(done, document)
    const keys = stray(bucket, n)
    expect(await collected(bucket)).toEqual([done])
    expect(await open(bucket).read(digest)).toEqual(bytes)

    // A younger one is somebody's who may be at it.
    stray(bucket, n)
    backdate(bucket, keys[0] ?? '', 1_000)
    expect(await collected(bucket)).toHaveLength(4)
  })

  it('stays where it is done after all', async () => {
    const bucket = createBucket()
    await open(bucket).put(digest, bytes)
    const keys = generationKeys(digest, 1)
    const document = bucket.objects.get(keys.done)
    stray(bucket, 2)
    const left = await collected(bucket, () => {
      if (document !== undefined) bucket.objects.set(generationKeys(digest, 2).done, document)
    })
    expect(left.filter((key) => key.startsWith(blobPrefix(digest)))).toHaveLength(5)
    expect(left.some((key) => key.includes('forsaken'))).toBe(false)
  })

  it('is gone on with by nobody once that is announced', async () => {
    const bucket = createBucket()
    const contents = createObjectContentStore({
      objects: memoryObjects({ bucket }),
      times,
      clock: hurriedClock(),
      bounds: { chunkBytes: 4, inlineBytes: 1, withheldBytes: 1 },
    })
    const blob = { digest, size: bytes.length }
    const ingest = await contents.ingest(blob)
    await ingest?.begin({ start: 0, source: 'test' })
    await ingest?.write(bytes.slice())
    bucket.objects.set(generationKeys(digest, 1).forsaken(newNonce()), { bytes, modifiedMs: 1 })
    await expect(ingest?.commit()).rejects.toMatchObject({ code: 'LOCK_LOST' })
    await ingest?.close()
    const next = await contents.ingest(blob)
    expect(next?.offset).toBe(0)
    await next?.discard()
  })
})

describe('of many processes', () => {
  const counting = (bucket: Bucket, clock = hurriedClock()) => {
    const asked: string[] = []
    const faults = ({ operation, key }: { readonly operation: string; readonly key: string }): undefined =>
      void asked.push(`${operation} ${key}`)
    const contents = createObjectContentStore({ objects: memoryObjects({ bucket, faults }), times, clock })
    return { contents, clock, counted: () => asked.splice(0) }
  }
  const listings = (asked: readonly string[]): readonly string[] =>
    asked.filter((each) => each === 'list blobs/' || each === 'list names/' || each === 'list unnamed/')

  it('one looks at everything, once in a while, and another when that one is gone', async () => {
    const bucket = createBucket()
    const clock = hurriedClock()
    const [one, other] = [counting(bucket, clock), counting(bucket, clock)]
    await one.contents.emptyTrash()
    expect(listings(one.counted())).toHaveLength(3)
    for (let pass = 0; pass < 5; pass++) {
      for (const { contents } of [one, other]) await contents.emptyTrash()
      expect([...one.counted(), ...other.counted()].filter((each) => !each.endsWith(' collector'))).toEqual([])
    }
    for (let pass = 0; pass < 4; pass++) {
      await clock.sleep(times.graceMs / 4)
      for (const { contents } of [one, other]) await contents.emptyTrash()
      expect(listings(one.counted())).toHaveLength(3)
      expect(other.counted()).toEqual(['get collector'])
    }
    for (let pass = 0; pass < 3; pass++) {
      await clock.sleep(times.graceMs / 4)
      await other.contents.emptyTrash()
    }
    expect(listings(other.counted())).toHaveLength(6)
  })

  it('each takes away what it has removed itself, and asks for nothing before', async () => {
    const bucket = createBucket()
    const { contents, clock, counted } = counting(bucket)
    await contents.put(digest, bytes)
    await contents.remove(digest)
    counted()
    await contents.emptyTrash({ own: true })
    expect(counted()).toEqual([])
    await clock.sleep(times.graceMs)
    expect((await contents.emptyTrash({ own: true })).trash.bytes).toBe(bytes.length)
    expect(listings(counted())).toEqual([])
    await expect(contents.read(digest)).rejects.toMatchObject({ code: 'CONTENT_UNKNOWN' })
  })
})
