import { familiarString, nameOf } from '@lading/reference'
import { storedName, targetReference, type NamedTarget, type Names } from '@lading/reference-store'
import { printable } from '@lading/errors'
import { despiteLostLock } from './after-lost-lock.ts'
import { collect } from './collect.ts'
import { findImage, imageUnknown, type Found } from './find-images.ts'
import { neededNow } from './needed.ts'
import type { Parts } from './parts.ts'
import { referrersOfNames } from './referrers-of-names.ts'
import { StoreError } from './store-error.ts'
import type { Removal, Store } from './store.ts'
import { treesOfDoomed } from './trees-of-doomed.ts'
import { withReserve } from './with-reserve.ts'

export function createRemove(parts: Parts): Store['remove'] {
  return async (term, { force = false, ...options } = {}) => {
    if (!(await parts.changeable())) throw imageUnknown(term)
    return withReserve(parts, async () => {
      const removal = await despiteLostLock(() =>
        parts.references.update((names) => removeLocked(parts, names, term, force), options),
      )
      // What stays in the trash is emptied by the next one; the removal itself is done.
      await parts.contents.emptyTrash({ needed: () => neededNow(parts), own: true }).catch(() => {})
      return removal
    })
  }
}

/** The order of the law: the name first, then what it named. */
async function removeLocked(parts: Parts, names: Names, term: string, force: boolean): Promise<Removal> {
  const found = await findImage(parts, names.list(), term)
  const doomed = await withReferrers(
    parts,
    names.list(),
    found.by === 'name' ? withLastDigest(names, found.named) : namesOfId(found, term, force),
  )
  const trees = await treesOfDoomed(parts, doomed)
  for (const { reference } of doomed) names.delete(reference)
  await names.save()
  const untagged = doomed.map(({ reference }) => familiarString(reference))
  try {
    const { deleted } = await collect(parts, names, trees)
    return { untagged, deleted }
  } catch (error) {
    // The names are gone, durably, and that is what was asked for; the next removal takes what is left.
    return { untagged, deleted: [], uncollected: error }
  }
}

/** docker's rule: the last tag of a repository on a target takes `name@digest` with it. */
function withLastDigest(names: Names, named: NamedTarget): readonly NamedTarget[] {
  const { reference, target } = named
  if (reference.tag === undefined) return [named]
  const siblings = names
    .list()
    .filter((other) => nameOf(other.reference) === nameOf(reference) && other.target.digest === target.digest)
  if (siblings.some((other) => other.reference.tag !== undefined && other.name !== named.name)) return [named]
  const byDigest = storedName(targetReference(reference, target))
  return [named, ...siblings.filter(({ name }) => name === byDigest)]
}

/** Signatures and the like go with the last name of what they refer to; one that is named by a tag does not. */
async function withReferrers(
  parts: Parts,
  all: readonly NamedTarget[],
  doomed: readonly NamedTarget[],
): Promise<readonly NamedTarget[]> {
  const others = all.filter((named) => !doomed.includes(named))
  try {
    const referrers = await referrersOfNames(parts, doomed, others)
    if (referrers.size === 0) return doomed
    const staying = others.filter((named) => !referrers.has(named))
    const kept = await referrersOfNames(parts, staying, [...referrers])
    return [...doomed, ...[...referrers].filter((named) => !kept.has(named))]
  } catch {
    // What cannot be read must still be removable; its referrers go with the next prune.
    return doomed
  }
}

function namesOfId({ id, named }: Extract<Found, { by: 'id' }>, term: string, force: boolean): readonly NamedTarget[] {
  const repositories = new Set(named.map(({ reference }) => nameOf(reference)))
  if (repositories.size > 1 && !force) {
    throw new StoreError(
      'REFERENCE_CONFLICT',
      `unable to delete ${printable(term)} (must be forced): image is referenced in multiple repositories`,
      {
        digest: id,
        actual: named.map(({ reference }) => familiarString(reference)).join(', '),
        hint: 'remove it by name, or all of its names with --force',
      },
    )
  }
  return named
}
