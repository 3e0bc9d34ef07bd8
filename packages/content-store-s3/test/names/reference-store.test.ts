import { systemClock, type Clock } from '@lading/clock'
import { testReferenceStore, type ReferenceStoreSubject } from '@lading/reference-store/compliance'
import type { ReferenceStore } from '@lading/reference-store'
import { describe, it } from 'vitest'
import { enlarged, needs } from '../../../../test/support/needs.ts'
import { createBucket, memoryObjects, randomFaults, seededRandom } from '../../src/memory/index.ts'
import { createObjectReferenceStore } from '../../src/names/object-reference-store.ts'
import { steadyObjects } from '../../src/steady-objects.ts'
import { timesOf } from '../../src/times.ts'

// Nobody waits before something is tried again.
const clock: Clock = { ...systemClock, sleep: () => Promise.resolve() }

const subject = (chance: number): ReferenceStoreSubject => ({
  async create() {
    const bucket = createBucket()
    const random = seededRandom(1)
    const chances = { lost: chance, 'answer lost': chance, busy: chance, conflict: chance }
    const open = (): ReferenceStore => {
      const objects = memoryObjects({ bucket, faults: randomFaults({ chances, delays: 2, random }), pageSize: 7 })
      return createObjectReferenceStore({ objects: steadyObjects(objects, { clock }), times: timesOf() })
    }
    return { store: open(), again: async () => open(), optimistic: 'by name' }
  },
})

describe('on objects', () => {
  testReferenceStore({ describe, it }, subject(0))
})

describe('on objects of a store that loses answers', needs(enlarged), () => {
  testReferenceStore({ describe, it }, subject(0.05))
})
