import type { AbortOptions } from '@lading/clock'
import { parseNameKey, prefixes } from '../layout.ts'
import { parseVersion } from '../names/version-body.ts'
import type { ListedObject, Objects } from '../objects.ts'
import { trimName } from '../protocol/names.ts'
import { run, type Ground } from '../protocol/run.ts'

/** Versions of names, by the sha256 of the name. */
export type Versions = ReadonlyMap<string, readonly ListedObject[]>

/** Versions of all names. */
export async function listVersions(objects: Objects, options?: AbortOptions): Promise<Versions> {
  const found = new Map<string, ListedObject[]>()
  for await (const each of objects.list(prefixes.names, options)) {
    const sha256 = parseNameKey(each.key)?.sha256
    if (sha256 === undefined) continue
    const listed = found.get(sha256)
    if (listed === undefined) found.set(sha256, [each])
    else listed.push(each)
  }
  return found
}

/** Removes versions that count no more, as far as nobody can be about to write the next one after them. */
export function createTrimming(
  ground: Ground,
  isSettled: (key: string) => boolean,
): (versions: Versions) => Promise<void> {
  /** The only versions of their names, which lead somewhere, as was read: a version never changes. */
  let leading = new Set<string>()
  return async (versions) => {
    const still = new Set<string>()
    const isRemoval = (body: string, key: string): boolean => {
      try {
        if (parseVersion(body, key).target === undefined) return true
        still.add(key)
      } catch {
        // A version that is damaged is told of by whoever lists names.
      }
      return false
    }
    for (const [sha256, listed] of versions) {
      const [first] = listed
      if (listed.length === 1 && first !== undefined && leading.has(first.key)) still.add(first.key)
      else if (listed.some(({ key }) => isSettled(key)))
        await run(trimName(sha256, listed, { isSettled, isRemoval }), ground)
    }
    leading = still
  }
}
