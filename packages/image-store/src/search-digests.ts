import type { Digest } from '@lading/digest'

export type DigestSearch =
  | { readonly outcome: 'found'; readonly digest: Digest }
  /** In order of their hex digits. */
  | { readonly outcome: 'ambiguous'; readonly digests: readonly Digest[] }
  | { readonly outcome: 'unknown' }

const digestForm = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):([0-9a-f]+)$/

const hexOf = (digest: Digest): string => digest.slice(digest.indexOf(':') + 1)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Finds the one digest that `term` is short for. `term` is the start of the hex digits, of any algorithm, or
 * `algorithm:` with the start of the hex digits. A whole digest wins over those it would be a prefix of. Lower case only;
 * an empty term finds nothing.
 */
export function searchDigests(digests: Iterable<Digest>, term: string): DigestSearch {
  const [, algorithm, hex = term] = digestForm.exec(term) ?? []
  if (hex === '') return { outcome: 'unknown' }
  const found = new Set<Digest>()
  for (const digest of digests) {
    if (digest === term) return { outcome: 'found', digest }
    if (algorithm !== undefined && !digest.startsWith(`${algorithm}:`)) continue
    if (hexOf(digest).startsWith(hex)) found.add(digest)
  }
  const sorted = [...found].toSorted((a, b) => compare(hexOf(a), hexOf(b)) || compare(a, b))
  const [first] = sorted
  if (first === undefined) return { outcome: 'unknown' }
  return sorted.length === 1 ? { outcome: 'found', digest: first } : { outcome: 'ambiguous', digests: sorted }
}
