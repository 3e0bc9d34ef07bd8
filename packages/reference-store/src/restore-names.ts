import { isLadingError } from '@lading/errors'
import type { IndexCopies } from './index-copies.ts'
import type { IndexJson } from './index-json.ts'
import type { NamedEntry } from './named-entry.ts'
import type { NamedTarget, Restoration } from './reference-store.ts'
import { sortedNames } from './names.ts'

interface Options {
  readonly read: () => Promise<IndexJson>
  readonly write: (content: IndexJson) => Promise<void>
  readonly copies: IndexCopies
  readonly isWhole: (named: NamedTarget) => Promise<boolean>
}

/** Makes an `index.json` that cannot be read anew from its copies. `undefined`: it can be read. */
export async function restoreNames({ read, write, copies, isWhole }: Options): Promise<Restoration | undefined> {
  const failure = await read().then(
    () => undefined,
    (error: unknown) => error,
  )
  if (failure === undefined) return undefined
  if (!isLadingError(failure, 'INDEX_JSON_INVALID')) throw failure
  const [latest, previous] = await copies.read()
  if (latest === undefined) throw failure
  const kept = new Map<string, NamedEntry>()
  const dropped = new Map<string, NamedEntry>()
  // Names of the older copy were removed since, or the newer one is too old to know: better one too many than one lost.
  for (const entry of [...latest.named.values(), ...(previous?.named.values() ?? [])]) {
    if (kept.has(entry.name)) continue
    if (await isWhole(entry)) kept.set(entry.name, entry)
    else if (!dropped.has(entry.name)) dropped.set(entry.name, entry)
  }
  for (const name of kept.keys()) dropped.delete(name)
  await copies.setAside()
  await write({ ...latest, named: kept })
  return { restored: sortedNames(kept), dropped: sortedNames(dropped) }
}
