import type { AbortOptions } from '@lading/clock'
import { generationKeys } from '../layout.ts'
import type { Objects } from '../objects.ts'
import type { Generation, Generations, StoredChunk } from './generations.ts'
import { ownerBytesLimit, parseBeat, parseClaim, type Beat, type Claim } from './owner-documents.ts'

/** The start of a blob that earlier owners have left. */
export interface Adoptable {
  /** From the first byte on, without a gap. */
  readonly chunks: readonly StoredChunk[]
  readonly validator: string | undefined
  readonly source: string | undefined
}

export const nothingToAdopt: Adoptable = { chunks: [], validator: undefined, source: undefined }

interface Attempt {
  readonly generation: Generation
  readonly claim: Claim
  readonly beat: Beat | undefined
}

/**
 * What can be gone on with: of the newest generation, and of those before it that it went on with itself. Nothing of what
 * is condemned or was discarded, and nothing of a blob that is done.
 */
export async function adoptableOf(
  objects: Objects,
  found: Generations,
  options: AbortOptions & {
    /** Generations from this one on do not count. */
    readonly before: number
  },
): Promise<Adoptable> {
  const attempts = await attemptsOf(objects, found, options)
  let chunks: StoredChunk[] = []
  for (const { generation, claim } of attempts) {
    const own = generation.chunks.filter(({ nonce }) => nonce === claim.nonce)
    const first = own[0]
    if (first === undefined) continue
    // An earlier owner that lived on has brought more than this one has seen of it.
    chunks = chunks.filter((chunk) => chunk.offset + chunk.size <= first.offset)
    for (const chunk of own) if (chunk.offset === lengthOf(chunks)) chunks.push(chunk)
  }
  if (chunks.length === 0) return nothingToAdopt
  const beat = attempts.findLast((attempt) => attempt.beat?.source !== undefined)?.beat
  return { chunks, validator: beat?.validator, source: beat?.source }
}

function lengthOf(chunks: readonly StoredChunk[]): number {
  const last = chunks.at(-1)
  return last === undefined ? 0 : last.offset + last.size
}

/** Oldest first, from the last one on that began anew. */
async function attemptsOf(
  objects: Objects,
  { digest, all, condemned }: Generations,
  { before, signal }: AbortOptions & { readonly before: number },
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = []
  const get = (key: string): Promise<Uint8Array | undefined> => objects.get(key, { signal, maxBytes: ownerBytesLimit })
  for (const generation of all.toReversed()) {
    if (generation.number >= before) continue
    if (generation.number <= condemned || generation.done !== undefined || generation.forsaken) break
    const keys = generationKeys(digest, generation.number)
    const [claim, beat] = await Promise.all([get(keys.claim).then(parseClaim), get(keys.beat).then(parseBeat)])
    if (claim === undefined || beat?.state === 'discarded') break
    attempts.unshift({ generation, claim, beat })
    if (claim.fresh) break
  }
  return attempts
}
