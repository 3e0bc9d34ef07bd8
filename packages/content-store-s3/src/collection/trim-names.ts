import type { AbortOptions } from '@lading/clock'
import { parseNameKey, prefixes } from '../layout.ts'
import { parseVersion } from '../names/version-body.ts'
import type { ListedObject, Objects } from '../objects.ts'
import { trimName } from '../protocol/names.ts'
import { run, type Ground } from '../protocol/run.ts'

/** Versions of all names, by name. */
export async function listVersions(
  objects: Objects,
  options?: AbortOptions,
): Promise<ReadonlyMap<string, readonly ListedObject[]>> {
  const found = new Map<string, ListedObject[]>()
  for await (const each of objects.list(prefixes.names, options)) {
    const sha256 = parseNameKey(each.key)?.sha256
    if (sha256 !== undefined) found.set(sha256, [...(found.get(sha256) ?? []), each])
  }
  return found
}

/** Removes versions that count no more, as far as nobody can be about to write the next one after them. */
export async function trimNames(
  ground: Ground,
  versions: ReadonlyMap<string, readonly ListedObject[]>,
  isSettled: (key: string) => boolean,
): Promise<void> {
  const isRemoval = (body: string, key: string): boolean => {
    try {
      return parseVersion(body, key).target === undefined
    } catch {
      return false
    }
  }
  for (const [sha256, listed] of versions)
    if (listed.some(({ key }) => isSettled(key))) await run(trimName(sha256, listed, { isSettled, isRemoval }), ground)
}

export const versionKeys = (versions: ReadonlyMap<string, readonly ListedObject[]>): readonly string[] =>
  [...versions.values()].flatMap((listed) => listed.map(({ key }) => key))
