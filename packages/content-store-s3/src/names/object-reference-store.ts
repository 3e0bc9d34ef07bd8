import { systemClock, type Clock } from '@lading/clock'
import { ContentError } from '@lading/content-store'
import {
  changeNames,
  storedName,
  type NameChange,
  type NamedTarget,
  type ReferenceStore,
} from '@lading/reference-store'
import { ageingClock } from '../ageing-clock.ts'
import type { Objects } from '../objects.ts'
import { writeVersion } from '../protocol/names.ts'
import { run } from '../protocol/run.ts'
import { timesOf, type Times } from '../times.ts'
import { readNames, type FoundName, type FoundNames } from './read-names.ts'
import { formatVersion, keyOfName } from './version-body.ts'

export interface ObjectReferenceStoreOptions {
  readonly objects: Objects
  readonly times?: Times | undefined
  readonly clock?: Clock | undefined
}

/**
 * Names as objects, each by itself: `names/<sha256 of the name>/<n>`. A change creates the next version, and is refused with
 * `LOCK_LOST` where somebody else did, or where it took longer than half of the grace time: what it looked at may be gone by then.
 */
export function createObjectReferenceStore({
  objects,
  times = timesOf(),
  clock = systemClock,
}: ObjectReferenceStoreOptions): ReferenceStore {
  const now = ageingClock(clock)
  const read = readNames(objects, now)

  return {
    list: async () => sorted(await read.all()),
    get: async (reference) => (await read.one(storedName(reference)))?.target,
    foreignTargets: async () => [],
    async update(change, { signal, only } = {}) {
      signal?.throwIfAborted()
      const basis = { since: now(), forMs: times.graceMs / 2 }
      const found = await (only === undefined ? read.all({ signal }) : read.only(only, { signal }))
      /** What each name was found at, or changed to here. */
      const before = new Map<string, Pick<FoundName, 'n' | 'target'> | undefined>(found)

      async function write(changed: NameChange): Promise<void> {
        const { name, target } = changed
        const there = before.has(name) || only === undefined ? before.get(name) : await read.one(name)
        // What is not there need not be removed.
        if (target === undefined && there?.target === undefined) return
        const body = formatVersion(changed)
        const n = await run(writeVersion(keyOfName(name), { after: there?.n, body, basis }), { objects, now })
        if (n === undefined) throw changedMeanwhile(name)
        before.set(name, { n, target })
        read.wrote(name, { n, body })
      }
      const names = changeNames(
        { named: namedIn(found), foreignTargets: [] },
        {
          async save(changes) {
            // One after the other: what a tag leaves behind is named before the tag moves.
            for (const changed of changes) await write(changed)
          },
          async assertHeld() {
            if (now() - basis.since > basis.forMs) throw tookTooLong()
          },
        },
      )
      const result = await change(names)
      signal?.throwIfAborted()
      await names.save()
      return result
    },
    restore: async () => undefined,
  }
}

const namedIn = (found: ReadonlyMap<string, FoundName | undefined>): ReadonlyMap<string, NamedTarget> =>
  new Map(
    [...found.values()].flatMap((each) => {
      if (each?.target === undefined) return []
      const { name, reference, target } = each
      return [[name, { name, reference, target }] as const]
    }),
  )

const sorted = (found: FoundNames): readonly NamedTarget[] =>
  [...namedIn(found).values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))

const changedMeanwhile = (name: string): ContentError =>
  new ContentError('LOCK_LOST', `${name} was changed in the meantime, or this took too long`, {
    reference: name,
    hint: 'nothing was written; run it again',
  })

const tookTooLong = (): ContentError =>
  new ContentError('LOCK_LOST', 'this took so long that the content may have been removed', {
    hint: 'nothing was written; run it again',
  })
