import type { Clock } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { expect, it } from 'vitest'
import { createObjectLeases } from '../../src/leases/object-leases.ts'
import { leaseKey } from '../../src/layout.ts'
import { createBucket, memoryObjects } from '../../src/memory/index.ts'
import { newNonce } from '../../src/nonce.ts'
import { timesOf } from '../../src/times.ts'

const one: Digest = `sha256:${'1'.repeat(64)}`
const two: Digest = `sha256:${'2'.repeat(64)}`
const times = timesOf()

/** Time passes when somebody waits; `meanwhile` is what happens then. */
function clockOf(meanwhile: () => Promise<unknown> = () => Promise.resolve()): Clock & { pass(ms: number): void } {
  let nowMs = 0
  return {
    now: () => nowMs,
    random: () => 0.5,
    async sleep(ms) {
      nowMs += ms
      await meanwhile()
    },
    pass: (ms) => void (nowMs += ms),
  }
}

it('shows everybody what is held, until it is released', async () => {
  const bucket = createBucket()
  const leases = createObjectLeases({ objects: memoryObjects({ bucket }), times })
  const observer = createObjectLeases({ objects: memoryObjects({ bucket }), times })
  const lease = await leases.acquire()
  expect(bucket.objects.size).toBe(0)
  await lease.hold([one])
  await lease.hold([one, two])
  expect(await observer.held()).toEqual(new Set([one, two]))
  expect(bucket.objects.size).toBe(1)
  await lease.release()
  await lease.release()
  await lease.hold([one])
  expect(await observer.held()).toEqual(new Set())
})

it('says again and again that it lives, and what it holds', async () => {
  const bucket = createBucket()
  const objects = memoryObjects({ bucket })
  const lease = await createObjectLeases({ objects, times: timesOf({ beatMs: 1 }) }).acquire()
  await lease.hold([one])
  const [key = ''] = bucket.objects.keys()
  const first = await objects.get(key)
  // Somebody took it for dead.
  await objects.remove(key)
  const observer = createObjectLeases({ objects, times })
  while ((await observer.held()).size === 0) await new Promise((resolve) => void setTimeout(resolve, 1))
  expect(await objects.get(key)).not.toEqual(first)
  await lease.release()
  expect(bucket.objects.size).toBe(0)
})

it('counts a lease as long as its owner was not seen to be silent, and removes one that is', async () => {
  const objects = memoryObjects()
  const key = leaseKey(newNonce())
  await objects.put(key, new TextEncoder().encode(`{}\n${one}\n`))
  const clock = clockOf()
  const observer = createObjectLeases({ objects, times, clock })
  expect(await observer.held()).toEqual(new Set([one]))
  clock.pass(times.deadMs - 1)
  expect(await observer.held()).toEqual(new Set([one]))
  expect(clock.now()).toBe(times.deadMs - 1)
  clock.pass(1)
  expect(await observer.held()).toEqual(new Set())
  // It was looked at all the time once more.
  expect(clock.now()).toBe(2 * times.deadMs)
  expect(await objects.get(key)).toBeUndefined()
})

it('ends nobody because the store did not answer', async () => {
  const objects = memoryObjects()
  const key = leaseKey(newNonce())
  const say = (count: number): Promise<void> => objects.put(key, new TextEncoder().encode(`${count}\n${one}\n`))
  await say(1)
  const clock = clockOf(() => say(2))
  const observer = createObjectLeases({ objects, times, clock })
  await observer.held()
  // An hour in which neither the owner nor the observer were heard.
  clock.pass(3_600_000)
  expect(await observer.held()).toEqual(new Set([one]))
})
