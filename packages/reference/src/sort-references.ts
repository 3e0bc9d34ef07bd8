import type { Reference } from './reference.ts'
import { parseAnyReference } from './parse-reference.ts'
import { ImageReferenceError } from './reference-error.ts'

/** Most exact first: tag and digest, tag, digest, a bare name, a digest without a name, and what is none of these. */
function rankOf(text: string): number {
  try {
    const parsed = parseAnyReference(text)
    return parsed.kind === 'digest' ? 4 : rankOfReference(parsed.reference)
  } catch (error) {
    if (error instanceof ImageReferenceError) return 5
    throw error
  }
}

function rankOfReference({ tag, digest }: Reference): number {
  if (tag === undefined) return digest === undefined ? 3 : 2
  return digest === undefined ? 1 : 0
}

/**
 * The texts in the order in which people want to see the names of one image: tag and digest together, then tags, digests, bare
 * names, digests without a name, and last what is no reference; by the text within each. A new array.
 */
export function sortReferences(texts: Iterable<string>): string[] {
  const ranked = Array.from(texts, (text) => ({ text, rank: rankOf(text) }))
  // By UTF-16 unit, as text compares: the same on every machine.
  return ranked
    .toSorted((a, b) => a.rank - b.rank || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ text }) => text)
}
