import { createObjectContentStore, timesOf, type Objects } from '@lading/content-store-s3'
import { memoryObjects } from '@lading/content-store-s3/memory'
import type { ContentStore, Followable, Ingest } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { expect, it } from 'vitest'

const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 37 + (index >> 7)) & 0xff)
const blob = { digest: digestOf(bytes), size: bytes.length }

/** A store, and how many chunks were read back from it. */
function openStore(bounds = {}): { readonly store: ContentStore<Followable>; readonly chunksRead: () => number } {
  const inner = memoryObjects()
  let read = 0
  const objects: Objects = {
    ...inner,
    get(key, ...of) {
      if (key.includes('chunk-')) read += 1
      return inner.get(key, ...of)
    },
  }
  const store = createObjectContentStore({
    objects,
    times: timesOf({ flushMs: 1 }),
    bounds: { chunkBytes: 1_000, inlineBytes: 64, withheldBytes: 100, ...bounds },
  })
  return { store, chunksRead: () => read }
}

async function begun(store: ContentStore<Followable>): Promise<Ingest<Followable>> {
  const ingest = await store.ingest(blob)
  if (ingest === undefined) throw new Error('it is here')
  await ingest.begin({ start: ingest.offset, source: 'test' })
  return ingest
}

async function followed(ingest: Ingest<Followable>): Promise<Uint8Array> {
  let all: Uint8Array[] = []
  for await (const piece of ingest.growth?.follow() ?? []) {
    if (piece === 'restart') all = []
    else all.push(piece)
  }
  return new Uint8Array(Buffer.concat(all))
}

async function write(ingest: Ingest, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 100) {
    await ingest.write(bytes.slice(at, Math.min(at + 100, to)))
    if (at % 1_000 === 0) await new Promise((resolve) => void setImmediate(resolve))
  }
}

it('gives each chunk while it is written, to whoever keeps up', async () => {
  const { store, chunksRead } = openStore()
  const ingest = await begun(store)
  const following = followed(ingest)
  await write(ingest, 0, bytes.length)
  await ingest.commit()
  expect(await following).toEqual(bytes)
  expect(chunksRead()).toBe(0)
})

it('gives what was there, what comes again, and all of it to whoever is late', async () => {
  const { store } = openStore()
  const first = await begun(store)
  await first.write(new Uint8Array(2_500))
  await first.close()
  const ingest = await begun(store)
  const following = followed(ingest)
  await new Promise((resolve) => void setTimeout(resolve, 5))
  await ingest.begin({ start: 0, source: 'test' })
  await write(ingest, 0, bytes.length)
  const late = followed(ingest)
  await ingest.commit()
  expect(await following).toEqual(bytes)
  expect(await late).toEqual(bytes)
  expect(await followed(ingest)).toEqual(bytes)
})

it('gives little content once it is right, and ends with what its ingest ends with', async () => {
  const { store } = openStore({ inlineBytes: 20_000, chunkBytes: 20_000 })
  const ingest = await begun(store)
  await ingest.write(bytes.slice())
  const following = followed(ingest)
  await ingest.commit()
  expect(await following).toEqual(bytes)

  const { store: other } = openStore()
  const wrong = await begun(other)
  await wrong.write(new Uint8Array(bytes.length))
  const ended = followed(wrong)
  await Promise.all([
    expect(ended).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' }),
    expect(wrong.commit()).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' }),
  ])
  const closed = await begun(other)
  const left = followed(closed)
  await Promise.all([expect(left).rejects.toMatchObject({ code: 'INGEST_CLOSED' }), closed.close()])
})
