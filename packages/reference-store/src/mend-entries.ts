import type { IndexCopies } from './index-copies.ts'
import type { IndexJson } from './index-json.ts'
import type { NamedEntry } from './named-entry.ts'
import type { MendedName, NamedTarget } from './reference-store.ts'

interface Options {
  readonly read: () => Promise<IndexJson>
  readonly write: (content: IndexJson) => Promise<void>
  readonly copies: IndexCopies
  readonly isWhole: (named: NamedTarget) => Promise<boolean>
}

/** Two digests have next to nothing in common: what differs in so few letters is one that a disk has changed. */
const fewLetters = 8

/** Puts the entries of the copies in the place of those that a disk has changed a little, and that lead nowhere since. */
export async function mendEntries({ read, write, copies, isWhole }: Options): Promise<readonly MendedName[]> {
  const content = await read()
  const named = new Map(content.named)
  const foreign = [...content.foreign]
  const mended: MendedName[] = []
  for (const { named: copied } of await copies.read())
    for (const good of copied.values()) {
      const found = named.get(good.name)
      if (found?.written === good.written || mended.some(({ name }) => name === good.name)) continue
      const at = found === undefined ? foreign.findIndex((entry) => isNearly(entry.written, good.written)) : -1
      const isSpoilt =
        found === undefined ? at !== -1 : isNearly(found.written, good.written) && !(await isWhole(found))
      if (!isSpoilt || !(await isWhole(good))) continue
      if (at !== -1) foreign.splice(at, 1)
      named.set(good.name, good)
      mended.push(mendedName(good, found))
    }
  if (mended.length > 0) await write({ ...content, named, foreign })
  return mended
}

const mendedName = ({ name, target }: NamedEntry, found: NamedEntry | undefined): MendedName => ({
  name,
  was: found?.target.digest,
  is: target.digest,
})

function isNearly(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let different = 0
  for (let at = 0; at < one.length; at++)
    if (one.charCodeAt(at) !== other.charCodeAt(at) && ++different > fewLetters) return false
  return true
}
