import { createHasher, type Hasher } from '@lading/digest/hash'

/** Lets each entry of a list through once, however often the list is read from its start. */
export interface GiveOnce {
  /** Something was let through. */
  readonly began: boolean
  /** What follows is the list from its start. */
  again(): void
  /**
   * What was not given before.
   *
   * @throws what `changed` makes, when the entries before are not those that were given
   */
  fresh(texts: readonly string[]): readonly string[]
  /** @throws what `changed` makes, when the list ended before it came to what was given */
  ended(): void
}

/** What was given is remembered by its number and digest alone. */
export function createGiveOnce(changed: () => Error): GiveOnce {
  let given = 0
  let at = 0
  let hasher = createHasher()
  /** While the list repeats what was given: the digest of that, and of what came again. */
  let repeated: { readonly expected: string; readonly actual: Hasher } | undefined

  return {
    get began() {
      return given > 0
    },
    again() {
      at = 0
      if (given === 0) return
      repeated = { expected: repeated?.expected ?? hasher.digest(), actual: createHasher() }
      hasher = createHasher()
    },
    fresh(texts) {
      const known = texts.slice(0, given - at)
      const rest = texts.slice(known.length)
      at += texts.length
      if (repeated !== undefined && known.length > 0) {
        const bytes = joined(known)
        hasher.update(bytes)
        repeated.actual.update(bytes)
        if (at >= given) {
          if (repeated.actual.digest() !== repeated.expected) throw changed()
          repeated = undefined
        }
      }
      if (rest.length > 0) hasher.update(joined(rest))
      given = Math.max(given, at)
      return rest
    },
    ended() {
      if (repeated !== undefined) throw changed()
    },
  }
}

/** Alike wherever the list is divided. */
const joined = (texts: readonly string[]): Uint8Array => new TextEncoder().encode(`${texts.join('\n')}\n`)
