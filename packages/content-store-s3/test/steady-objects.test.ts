import type { Clock } from '@lading/clock'
import { steadyObjects, timesOf, type Objects } from '@lading/content-store-s3'
import { createBucket, memoryObjects, randomFaults, seededRandom, type Fault } from '@lading/content-store-s3/memory'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Time that passes only while somebody waits. */
function fakeClock(): Clock {
  let now = 0
  return { now: () => now, sleep: async (ms) => void (now += ms), random: () => 0 }
}

const failing = (faults: (Fault | undefined)[], bucket = createBucket()): Objects =>
  steadyObjects(memoryObjects({ bucket, faults: () => faults.shift() }), { clock: fakeClock() })

async function keysOf(objects: Objects, prefix: string, after?: string): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of objects.list(prefix, { after })) keys.push(key)
  return keys
}

it('creates once, also where the answer was lost', async () => {
  const bucket = createBucket()
  expect(await failing(['answer lost'], bucket).create('a', bytes('one'))).toBe('created')
  expect(await failing([], bucket).create('a', bytes('two'))).toBe('exists')
  expect(
    await failing(['lost', 'busy', 'conflict', 'answer lost', 'busy', 'lost'], bucket).create('a', bytes('tho')),
  ).toBe('exists')
  expect(await failing([], bucket).get('a')).toEqual(bytes('one'))
})

it('has exactly one winner of many, whatever goes wrong', async () => {
  for (let seed = 0; seed < atScale(3, 100); seed++) {
    const bucket = createBucket()
    const random = seededRandom(seed)
    const chances = { busy: 0.2, conflict: 0.2, lost: 0.2, 'answer lost': 0.4 }
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, who) =>
        steadyObjects(memoryObjects({ bucket, faults: randomFaults({ chances, delays: 3, random }) }), {
          clock: fakeClock(),
        }).create('claim', bytes(`nonce ${who}`)),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
    const winner = outcomes.indexOf('created')
    expect(bucket.objects.get('claim')?.bytes).toEqual(bytes(`nonce ${winner}`))
  }
})

it('gives up after its patience with what the store said last, and at once where nothing would change', async () => {
  const clock = fakeClock()
  const objects = steadyObjects(memoryObjects({ faults: () => 'busy' }), {
    clock,
    times: timesOf({ patienceMs: 9_000 }),
  })
  await expect(objects.get('a')).rejects.toMatchObject({ code: 'STORE_BUSY' })
  expect(clock.now()).toBeGreaterThan(4_000)
  expect(clock.now()).toBeLessThanOrEqual(9_000)
  const reason = new Error('enough')
  await expect(objects.stat('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const one = failing([])
  await one.put('a', bytes('four'))
  await expect(one.get('a', { maxBytes: 3 })).rejects.toMatchObject({ code: 'TOO_LARGE' })
})

describe('a list', () => {
  const bucket = createBucket()
  for (const key of ['b/3', 'b/1', 'a', 'b/2', 'c', 'b/4'])
    bucket.objects.set(key, { bytes: bytes(key), modifiedMs: 1 })

  it('goes on behind the last key that came', async () => {
    const faults: (Fault | undefined)[] = [undefined, 'busy', undefined, 'answer lost', 'lost']
    const objects = steadyObjects(memoryObjects({ bucket, pageSize: 2, faults: () => faults.shift() }), {
      clock: fakeClock(),
    })
    expect(await keysOf(objects, 'b/')).toEqual(['b/1', 'b/2', 'b/3', 'b/4'])
    expect(faults).toEqual([])
    expect(await keysOf(objects, 'b/', 'b/2')).toEqual(['b/3', 'b/4'])
    expect(await keysOf(objects, 'x')).toEqual([])
  })
})

it('reads ranges, sizes and nothing, and removes what is there or not', async () => {
  const objects = failing([])
  await objects.put('a', bytes('abcdef'))
  expect(await objects.get('a', { range: { start: 2, end: 4 } })).toEqual(bytes('cd'))
  expect(await objects.stat('a')).toEqual({ size: 6 })
  await objects.remove('a')
  await objects.remove('a')
  expect(await objects.get('a')).toBeUndefined()
  expect(await objects.stat('a')).toBeUndefined()
})
