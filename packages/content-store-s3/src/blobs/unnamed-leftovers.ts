import type { AbortOptions } from '@lading/clock'
import { prefixes, unnamedOwner } from '../layout.ts'
import type { Objects } from '../objects.ts'

/** Objects of one ingest of content without a digest. */
export interface UnnamedContent {
  /** Another one after each beat and each chunk: while it stays the same, nobody is heard of. */
  readonly state: string
  readonly keys: readonly string[]
  /** In bytes. */
  readonly size: number
}

/** What is on its way, and what killed processes left. */
export async function unnamedContents(objects: Objects, options?: AbortOptions): Promise<readonly UnnamedContent[]> {
  const all = new Map<string, { keys: string[]; size: number; modifiedMs: number }>()
  for await (const { key, size, modifiedMs } of objects.list(prefixes.unnamed, options)) {
    const owner = unnamedOwner(key)
    if (owner === undefined) continue
    const found = all.get(owner) ?? { keys: [], size: 0, modifiedMs: 0 }
    found.keys.push(key)
    found.size += size
    found.modifiedMs = Math.max(found.modifiedMs, modifiedMs)
    all.set(owner, found)
  }
  return Array.from(all, ([owner, { keys, size, modifiedMs }]) => ({
    state: `${prefixes.unnamed}${owner} ${keys.length} ${modifiedMs}`,
    keys,
    size,
  }))
}
