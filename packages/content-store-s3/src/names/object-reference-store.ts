import { systemClock, type AbortOptions, type Clock } from '@lading/clock'
import { ContentError } from '@lading/content-store'
import {
  changeNames,
  storedName,
  type NameChange,
  type NamedTarget,
  type ReferenceStore,
} from '@lading/reference-store'
import { ageingClock } from '../ageing-clock.ts'
import { each } from '../each.ts'
import { nameKey, parseNameKey, prefixes } from '../layout.ts'
import type { Objects } from '../objects.ts'
import { currentVersion, writeVersion, type Version } from '../protocol/names.ts'
import { run } from '../protocol/run.ts'
import { timesOf, type Times } from '../times.ts'
import { formatVersion, keyOfName, parseVersion } from './version-body.ts'

export interface ObjectReferenceStoreOptions {
  readonly objects: Objects
  readonly times?: Times | undefined
  readonly clock?: Clock | undefined
}

/** What a name was found at. */
interface Found extends NameChange {
  readonly n: number
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
  /** Of what is current. A version never changes, so that each is read once. */
  const bodies = new Map<string, string>()

  async function readVersion(sha256: string, n: number, options: AbortOptions): Promise<Version | undefined> {
    const known = bodies.get(nameKey(sha256, n))
    if (known !== undefined) return { n, body: known }
    const bytes = await objects.get(nameKey(sha256, n), options)
    if (bytes !== undefined) return { n, body: Buffer.from(bytes).toString('latin1') }
    // A newer one has come, and this one was trimmed.
    return run(currentVersion(sha256), { objects, now, ...options })
  }

  async function readAll(options: AbortOptions = {}): Promise<ReadonlyMap<string, Found>> {
    const latest = new Map<string, number>()
    for await (const { key } of objects.list(prefixes.names, options)) {
      const parsed = parseNameKey(key)
      if (parsed !== undefined) latest.set(parsed.sha256, Math.max(parsed.version, latest.get(parsed.sha256) ?? 0))
    }
    const read = new Map<string, string>()
    const found = new Map<string, Found>()
    await each(latest, async ([sha256, n]) => {
      const version = await readVersion(sha256, n, options)
      if (version === undefined) return
      const key = nameKey(sha256, version.n)
      read.set(key, version.body)
      const change = parseVersion(version.body, key)
      found.set(change.name, { ...change, n: version.n })
    })
    bodies.clear()
    for (const [key, body] of read) bodies.set(key, body)
    return found
  }

  return {
    list: async () => sorted(await readAll()),
    async get(reference) {
      const name = storedName(reference)
      const sha256 = keyOfName(name)
      const version = await run(
        currentVersion(sha256, (n) => bodies.get(nameKey(sha256, n))),
        { objects, now },
      )
      return version && parseVersion(version.body, nameKey(sha256, version.n)).target
    },
    foreignTargets: async () => [],
    async update(change, { signal } = {}) {
      signal?.throwIfAborted()
      const basis = { since: now(), forMs: times.graceMs / 2 }
      const found = await readAll({ signal })
      const versions = new Map([...found].map(([name, { n }]) => [name, n]))
      const names = changeNames(
        { named: namedIn(found), foreignTargets: [] },
        {
          async save(changes) {
            // One after the other: what a tag leaves behind is named before the tag moves.
            for (const changed of changes) {
              const step = writeVersion(keyOfName(changed.name), {
                after: versions.get(changed.name),
                body: formatVersion(changed),
                basis,
              })
              const n = await run(step, { objects, now })
              if (n === undefined) throw changedMeanwhile(changed.name)
              versions.set(changed.name, n)
            }
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

const namedIn = (found: ReadonlyMap<string, Found>): ReadonlyMap<string, NamedTarget> =>
  new Map(
    [...found.values()].flatMap(({ name, reference, target }) =>
      target === undefined ? [] : [[name, { name, reference, target }] as const],
    ),
  )

const sorted = (found: ReadonlyMap<string, Found>): readonly NamedTarget[] =>
  [...namedIn(found).values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))

const changedMeanwhile = (name: string): ContentError =>
  new ContentError('LOCK_LOST', `${name} was changed meanwhile, or this took too long`, {
    reference: name,
    hint: 'it was not written; do it again',
  })

const tookTooLong = (): ContentError =>
  new ContentError('LOCK_LOST', 'this took so long that what it was looked at for may be gone', {
    hint: 'nothing was written; do it again',
  })
