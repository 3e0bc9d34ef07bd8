import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { NamedTarget, Names } from '@lading/reference-store'
import type { Parts } from './parts.ts'
import { reachOf } from './reach-of.ts'
import { reachedByOthers } from './reached-by-others.ts'
import { recordedImages } from './recorded-images.ts'
import { besideOf } from './tree.ts'
import { isReadFailure } from './unusable.ts'

/** Who holds which content, here or not. */
export interface Holdings {
  /** By the targets of names. */
  readonly byTarget: ReadonlyMap<Digest, ReadonlySet<Digest>>
  /** How many hold each: targets of names, and the entries of others all together. */
  readonly holders: ReadonlyMap<Digest, number>
}

/**
 * What the targets of these names hold, and the entries of others in `index.json`. A target that cannot be read as an
 * image holds its own document.
 *
 * @throws when the system could not read one
 */
export async function holdings(
  parts: Pick<Parts, 'contents' | 'images'>,
  named: readonly NamedTarget[],
  foreign: ReturnType<Names['foreignTargets']>,
  { signal }: AbortOptions = {},
): Promise<Holdings> {
  const recorded = recordedImages(parts)
  const byTarget = new Map<Digest, Set<Digest>>()
  for (const { target } of named) {
    signal?.throwIfAborted()
    const held = byTarget.get(target.digest) ?? new Set(await reached(parts, target, recorded))
    // Names of one target need not keep the same beside it.
    for (const digest of besideOf(target)) held.add(digest)
    byTarget.set(target.digest, held)
  }
  const others = await reachedByOthers(parts.contents, foreign)
  const holders = new Map<Digest, number>()
  for (const held of [...byTarget.values(), others.digests])
    for (const digest of held) holders.set(digest, (holders.get(digest) ?? 0) + 1)
  return { byTarget, holders }
}

async function reached(
  { contents }: Pick<Parts, 'contents'>,
  target: NamedTarget['target'],
  recorded: ReturnType<typeof recordedImages>,
): Promise<Iterable<Digest>> {
  try {
    return (await reachOf(contents, target, recorded)).digests
  } catch (error) {
    if (isReadFailure(error)) throw error
    return [target.digest]
  }
}
