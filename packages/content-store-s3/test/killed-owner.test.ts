import { createObjectContentStore, timesOf, type Objects } from '@lading/content-store-s3'
import { createBucket, memoryObjects, type Bucket } from '@lading/content-store-s3/memory'
import type { ContentStore } from '@lading/content-store'
import { hexOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { parseDone } from '../src/blobs/done-document.ts'
import { parseBlobKey } from '../src/layout.ts'
import { fakeClock } from './fake-clock.ts'
import { gatedObjects, type Gate } from './gated-objects.ts'

const bytes = Uint8Array.from({ length: 4_700 }, (_, index) => (index * 31 + (index >> 5)) & 0xff)
const blob = { digest: digestOf(bytes), size: bytes.length }
const bounds = { chunkBytes: 1_000, inFlight: 2, inlineBytes: 64, withheldBytes: 10 }

/** Another process: a clock of its own, and of the others it sees the store alone. */
const openStore = (objects: Objects): ContentStore =>
  createObjectContentStore({ objects, bounds, times: timesOf({ deadMs: 2_000 }), clock: fakeClock() })

/** Brings the blob as a pull does; how many bytes came from elsewhere. */
async function bring(store: ContentStore, from = bytes): Promise<number> {
  const ingest = await store.ingest(blob)
  if (ingest === undefined) return 0
  const start = ingest.offset
  await ingest.begin({ start, source: 'test', validator: '"v1"' })
  for (let at = start; at < bytes.length; at += 300) await ingest.write(from.slice(at, at + 300))
  try {
    await ingest.commit()
  } finally {
    await ingest.close()
  }
  return bytes.length - start
}

/** Every list of chunks that is there can be read and is right. */
function expectWhole({ objects }: Bucket): void {
  for (const [key, { bytes: done }] of objects) {
    if (parseBlobKey(key)?.part !== 'done') continue
    const document = parseDone(done)
    const parts = document?.chunks.map((chunk) => {
      const there = objects.get(chunk.key)?.bytes ?? new Uint8Array(0)
      expect(hexOf(digestOf(there))).toBe(chunk.sha256)
      return there
    })
    expect(document).toBeDefined()
    expect(Buffer.concat([...(parts ?? []), document?.content ?? new Uint8Array(0)]).equals(bytes)).toBe(true)
  }
}

/** In chunks without a gap from the first byte on. */
function landed({ objects }: Bucket): number {
  let length = 0
  for (const key of [...objects.keys()].toSorted()) {
    const part = parseBlobKey(key)?.part
    if (typeof part === 'object' && part.offset === length) length += objects.get(key)?.bytes.length ?? 0
  }
  return length
}

async function untilStill(gate: Gate, work: Promise<unknown>): Promise<boolean> {
  return Promise.race([gate.reached.then(() => true), work.then(() => false)])
}

const steps = async (
  run: (step: { readonly nth: number; readonly after: boolean }) => Promise<boolean>,
): Promise<number> => {
  for (let nth = 1; ; nth++) for (const after of [false, true]) if (!(await run({ nth, after }))) return nth
}

describe('an owner that stands still at any step', () => {
  it('is gone on with: what it brought does not come again', async () => {
    const count = await steps(async (step) => {
      const bucket = createBucket()
      const gate = gatedObjects(memoryObjects({ bucket }), step)
      if (!(await untilStill(gate, bring(openStore(gate.objects))))) return false
      const before = landed(bucket)
      const isDone = [...bucket.objects.keys()].some((key) => key.endsWith('/done'))
      const heir = openStore(memoryObjects({ bucket }))
      expect(await bring(heir)).toBe(isDone ? 0 : bytes.length - before)
      expect(await heir.read(blob.digest)).toEqual(bytes)
      expectWhole(bucket)
      return true
    })
    expect(count).toBeGreaterThan(8)
  })

  it('may go on later: two owners make one blob', async () => {
    await steps(async (step) => {
      const bucket = createBucket()
      const gate = gatedObjects(memoryObjects({ bucket }), step)
      const first = bring(openStore(gate.objects)).catch((error: unknown) => {
        if (!isLadingError(error, 'LOCK_LOST')) throw error
      })
      if (!(await untilStill(gate, first))) return false
      const heir = openStore(memoryObjects({ bucket }))
      await bring(heir)
      gate.letGo()
      await first
      expect(await heir.read(blob.digest)).toEqual(bytes)
      expect(await openStore(memoryObjects({ bucket })).ingest(blob)).toBeUndefined()
      expectWhole(bucket)
      return true
    })
  })

  it('may go on at any step of its heir, who may stand still as well', async () => {
    const most = atScale(0, 40)
    for (let nth = 1; nth <= most; nth++) {
      await steps(async (step) => {
        const bucket = createBucket()
        const gate = gatedObjects(memoryObjects({ bucket }), { nth, after: nth % 2 === 0 })
        const first = bring(openStore(gate.objects)).catch(unlessLost)
        if (!(await untilStill(gate, first))) return false
        const heirGate = gatedObjects(memoryObjects({ bucket }), step)
        const heir = bring(openStore(heirGate.objects)).catch(unlessLost)
        if (!(await untilStill(heirGate, heir))) return false
        gate.letGo()
        await first
        const third = openStore(memoryObjects({ bucket }))
        await bring(third)
        heirGate.letGo()
        await heir
        expect(await third.read(blob.digest)).toEqual(bytes)
        expectWhole(bucket)
        return true
      })
    }
  })
})

const unlessLost = (error: unknown): void => {
  if (!isLadingError(error, 'LOCK_LOST')) throw error
}

it('what an earlier owner brought wrong is thrown away with all of it, and comes once more', async () => {
  const bucket = createBucket()
  const first = await openStore(memoryObjects({ bucket })).ingest(blob)
  await first?.begin({ start: 0, source: 'test' })
  await first?.write(new Uint8Array(2_500))
  await first?.close()
  const heir = openStore(memoryObjects({ bucket }))
  await expect(bring(heir)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
  expect(await bring(heir)).toBe(bytes.length)
  expectWhole(bucket)
})
