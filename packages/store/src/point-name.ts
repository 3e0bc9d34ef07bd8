import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import { targetReference, type Names } from '@lading/reference-store'
import type { Parts } from './parts.ts'
import { isBroken } from './present.ts'

/**
 * Points a name to a target. What it pointed to stays as `name@digest`, unless that is known not to be whole: of what
 * is broken there is not to be one more name.
 *
 * @returns what the name pointed to, if that was something else
 */
export async function pointName(
  { contents }: Pick<Parts, 'contents'>,
  names: Names,
  reference: Reference,
  target: Descriptor,
): Promise<Digest | undefined> {
  const previous = names.get(reference)
  const left = previous === undefined ? undefined : targetReference(reference, previous)
  const wasNamed = left !== undefined && names.get(left) !== undefined
  const moved = names.set(reference, target)
  if (moved !== undefined && previous !== undefined && left !== undefined && !wasNamed)
    if (await isBroken(contents, previous)) names.delete(left)
  return moved
}
