import type { Descriptor } from '@lading/manifest'
import type { IndexJson } from './index-json.ts'
import { namedEntry } from './named-entry.ts'
import type { NamedTarget, Names } from './reference-store.ts'
import { assertStorable, storedName, targetReference } from './stored-name.ts'

/** The names of one update: a copy of what was read, changed in memory. `save` gets the content when it differs from what was saved last. */
export function changeNames(
  read: IndexJson,
  {
    save,
    assertHeld,
  }: { readonly save: (content: IndexJson) => Promise<void>; readonly assertHeld: () => Promise<void> },
): Names {
  const named = new Map(read.named)
  let changed = false

  const put = (reference: Parameters<typeof storedName>[0], target: Descriptor): void => {
    const known = named.get(storedName(reference))
    if (known !== undefined && sameTarget(known.target, target)) return
    const entry = namedEntry(reference, target)
    named.set(entry.name, entry)
    changed = true
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
    delete(reference) {
      const deleted = named.delete(storedName(reference))
      changed ||= deleted
      return deleted
    },
    foreignTargets: () => foreignTargetsOf(read),
    assertHeld,
    async save() {
      if (!changed) return
      await save({ ...read, named })
      changed = false
    },
  }
}

export const sortedNames = (named: IndexJson['named']): readonly NamedTarget[] =>
  [...named.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))

export const foreignTargetsOf = ({ foreign }: IndexJson): readonly Descriptor[] =>
  foreign.flatMap(({ target }) => target ?? [])

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
