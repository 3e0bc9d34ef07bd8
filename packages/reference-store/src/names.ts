import type { Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import type { NamedTarget, Names } from './reference-store.ts'
import { assertStorable, storedName, storedReference, targetReference } from './stored-name.ts'

/** What one update does to one name. */
export interface NameChange extends Omit<NamedTarget, 'target'> {
  /** Absent: the name goes. */
  readonly target?: Descriptor | undefined
}

/** Names as they were read. */
export interface NamesRead {
  readonly named: ReadonlyMap<string, NamedTarget>
  /** What the entries of others point to. */
  readonly foreignTargets: readonly Descriptor[]
}

/**
 * The names of one update, for an engine's `ReferenceStore`: a copy of what was read, changed in memory.
 *
 * @param how.save gets what was changed since it was called last, in order; not called without a change
 */
export function changeNames(
  read: NamesRead,
  how: {
    readonly save: (changes: readonly NameChange[]) => Promise<void>
    readonly assertHeld: () => Promise<void>
    readonly fence?: string | undefined
  },
): Names {
  const named = new Map(read.named)
  const changes = new Map<string, NameChange>()
  const change = (changed: NameChange): void => {
    // The last change of a name is the one that counts, and its place in the order.
    changes.delete(changed.name)
    changes.set(changed.name, changed)
  }

  const put = (given: Reference, target: Descriptor): void => {
    const reference = storedReference(given)
    const name = String(reference)
    const known = named.get(name)
    if (known !== undefined && sameTarget(known.target, target)) return
    const entry = { name, reference, target }
    named.set(name, entry)
    change(entry)
  }

  return {
    list: () => sortedNames(named),
    get: (reference) => named.get(storedName(reference))?.target,
    set(reference, target) {
      assertStorable(reference, target)
      const previous = named.get(storedName(reference))?.target
      const moved = previous !== undefined && previous.digest !== target.digest
      if (moved) put(targetReference(reference, previous), previous)
      put(reference, target)
      return moved ? previous.digest : undefined
    },
    delete(given) {
      const reference = storedReference(given)
      const name = String(reference)
      const deleted = named.delete(name)
      if (deleted) change({ name, reference })
      return deleted
    },
    foreignTargets: () => read.foreignTargets,
    assertHeld: how.assertHeld,
    fence: how.fence,
    async save() {
      if (changes.size === 0) return
      await how.save([...changes.values()])
      changes.clear()
    },
  }
}

export const sortedNames = (named: ReadonlyMap<string, NamedTarget>): readonly NamedTarget[] =>
  [...named.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))

const sameTarget = (a: Descriptor, b: Descriptor): boolean =>
  a.digest === b.digest &&
  a.size === b.size &&
  a.mediaType === b.mediaType &&
  a.artifactType === b.artifactType &&
  sameMap(a.annotations, b.annotations)

function sameMap(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>> = {}): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
