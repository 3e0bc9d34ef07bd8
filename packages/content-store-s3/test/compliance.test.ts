import assert from 'node:assert/strict'
import { systemClock, type Clock } from '@lading/clock'
import { createObjectContentStore, steadyObjects, timesOf } from '@lading/content-store-s3'
import {
  createBucket,
  memoryObjects,
  randomFaults,
  seededRandom,
  type RandomFaultsOptions,
} from '@lading/content-store-s3/memory'
import type { ContentStore } from '@lading/content-store'
import { testContentStore, type ContentStoreSubject } from '@lading/content-store/compliance'
import { describe, it } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { blobPrefix } from '../src/layout.ts'
import { hurriedClock } from './hurried-clock.ts'

const times = timesOf({ pollMs: 3, flushMs: 3, beatMs: 20 })

/** Where the store is asked again at once. */
const quick: Clock = { ...systemClock, sleep: () => systemClock.sleep(1) }

let seed = 0

/** A store of its own for each case, and another process's view of it. */
const subject = (faults: Omit<RandomFaultsOptions, 'random'> = {}, bounds = {}): ContentStoreSubject => ({
  async create() {
    const bucket = createBucket()
    const random = seededRandom(++seed)
    const open = async (): Promise<ContentStore> => {
      const objects = memoryObjects({ bucket, pageSize: 7, faults: randomFaults({ ...faults, random }) })
      return createObjectContentStore({
        objects: steadyObjects(objects, { times, clock: quick }),
        times,
        clock: hurriedClock(),
        patient: true,
        bounds,
      })
    }
    return {
      store: await open(),
      again: open,
      async damage(digest) {
        const [key, object] =
          [...bucket.objects]
            .filter(([name]) => name.startsWith(blobPrefix(digest)))
            .toSorted(([, one], [, other]) => other.bytes.length - one.bytes.length)[0] ?? []
        assert(key !== undefined && object !== undefined)
        // The last byte: of a chunk, or of content that is kept in its list of chunks.
        const bytes = object.bytes.slice()
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
        bucket.objects.set(key, { ...object, bytes })
      },
      removesInSteps: true,
    }
  },
})

const small = { chunkBytes: 64 * 1024, inlineBytes: 100 }

describe('in an object store', () => {
  testContentStore({ describe, it }, subject())
})

for (const [what, faults] of [
  ['with small chunks', {}],
  ['that is slow, so that requests overtake each other', { delays: 5 }],
  ['that is often busy', { delays: 2, chances: { busy: 0.2, conflict: 0.2 } }],
  ['whose answers are often lost', { delays: 2, chances: { 'answer lost': 0.2 } }],
  ['that often does not answer', { delays: 2, chances: { lost: 0.2 } }],
] as const)
  describe(`in an object store ${what}`, needs(enlarged), () => {
    testContentStore({ describe, it }, subject(faults, small))
  })
