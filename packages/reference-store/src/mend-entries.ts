import type { IndexCopies } from './index-copies.ts'
import type { IndexJson } from './index-json.ts'
import type { NamedEntry } from './named-entry.ts'
import type { MendedName, NamedTarget } from './reference-store.ts'

interface Options {
  readonly read: () => Promise<IndexJson>
  readonly write: (content: IndexJson) => Promise<void>
  readonly copies: IndexCopies
  readonly isRight: (named: NamedTarget) => Promise<boolean>
}

/** Two digests have next to nothing in common: what differs in so few letters is one that a disk has changed. */
const fewLetters = 8

/**
 * Puts the entries of the copies in the place of those that a disk has changed a little, and that lead nowhere since or are
 * no names of ours any more. One that is another name since is told from a change by somebody else by its bits: both
 * copies have the name, none has the other one, and one bit is between them.
 */
export async function mendEntries({ read, write, copies, isRight }: Options): Promise<readonly MendedName[]> {
  const content = await read()
  const named = new Map(content.named)
  const foreign = [...content.foreign]
  const mended: MendedName[] = []
  const all = await copies.read()
  const inBoth = (name: string): boolean => all.length > 1 && all.every((copy) => copy.named.has(name))
  const renamed = [...named.values()].filter(({ name }) => all.every((copy) => !copy.named.has(name)))
  for (const { named: copied } of all)
    for (const good of copied.values()) {
      const found = named.get(good.name)
      if (found?.written === good.written || mended.some(({ name }) => name === good.name)) continue
      const at = found === undefined ? foreign.findIndex((entry) => isNearly(entry.written, good.written)) : -1
      const other =
        found === undefined && at === -1 && inBoth(good.name)
          ? renamed.find(({ written }) => differInOneBit(written, good.written))
          : undefined
      const isSpoilt =
        found === undefined
          ? at !== -1 || other !== undefined
          : isNearly(found.written, good.written) && !(await isRight(found))
      if (!isSpoilt || !(await isRight(good))) continue
      if (at !== -1) foreign.splice(at, 1)
      if (other !== undefined) named.delete(other.name)
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

/** Of texts without letters beyond ASCII, which no name has. */
function differInOneBit(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let bits = 0
  for (let at = 0; at < one.length && bits <= 1; at++)
    for (let left = one.charCodeAt(at) ^ other.charCodeAt(at); left !== 0; left &= left - 1) bits += 1
  return bits === 1
}
