import type { ContentStore } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { parseReference } from '@lading/reference'
import { expect, it } from 'vitest'
import { createObjectContentStore } from '../../src/create-object-content-store.ts'
import { blobPrefix, unnamedKeys } from '../../src/layout.ts'
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
  [...objects.keys()].filter((key) => !key.startsWith('retired/'))

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
