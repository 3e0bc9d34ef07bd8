import { familiarName, familiarString } from './familiar.ts'
import { type Chunk, parsePattern } from './pattern.ts'
import type { Reference } from './reference.ts'

function fits({ accepts }: Chunk, text: string, at: number): boolean {
  return at + accepts.length <= text.length && accepts.every((accept, index) => accept(text.charAt(at + index)))
}

/** Where the chunk ends at its first place from `at` on, a star never crossing a slash; undefined when it has none. */
function place(chunk: Chunk, text: string, at: number, last: boolean): number | undefined {
  for (let start = at; start <= text.length; start++) {
    const stop = start + chunk.accepts.length
    if (fits(chunk, text, start) && (!last || stop === text.length)) return stop
    if (!chunk.star || text.charAt(start) === '/') return undefined
  }
  return undefined
}

// References are ASCII, so a character of the text is one unit. The first place of a chunk is final, as in `path.Match`.
function matchText(chunks: readonly Chunk[], text: string): boolean {
  let at: number | undefined = 0
  for (const [index, chunk] of chunks.entries()) {
    at = place(chunk, text, at, index === chunks.length - 1)
    if (at === undefined) return false
  }
  return true
}

/**
 * Whether a pattern, as of `docker images --filter reference=PATTERN`, matches the familiar string or else the familiar name.
 * `*` and `?` match no slash, and `**` is no more than `*`: `app:1*` matches `app:1.2`, and `app` any tag of it.
 *
 * @throws ImageReferenceError `PATTERN_INVALID`
 */
export function matches(reference: Reference, pattern: string): boolean {
  const chunks = parsePattern(pattern)
  return matchText(chunks, familiarString(reference)) || matchText(chunks, familiarName(reference))
}
