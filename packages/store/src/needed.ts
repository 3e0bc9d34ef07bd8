import type { Digest } from '@lading/digest'
import type { Parts } from './parts.ts'
import { reachable } from './reachable.ts'
import { recordedImages } from './recorded-images.ts'

/**
 * What names and leases need now, for an engine that asks before it deletes for good.
 *
 * @throws when a manifest that a name needs cannot be read
 */
export async function neededNow(parts: Parts): Promise<ReadonlySet<Digest>> {
  // Leases first: whoever lets go of one has given its name to what it held before.
  const held = await parts.leases.held()
  const [named, foreign] = [await parts.references.list(), await parts.references.foreignTargets()]
  const names = { list: () => named, foreignTargets: () => foreign }
  const { digests } = await reachable(parts, names, recordedImages(parts))
  return new Set([...held, ...digests])
}
