import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { Manifest } from '@lading/manifest'
import type { NamedTarget } from '@lading/reference-store'
import type { Parts } from './parts.ts'
import { reachOf } from './reach-of.ts'
import { readManifest } from './read-manifest.ts'
import { recordedImages } from './recorded-images.ts'
import { isReadFailure } from './unusable.ts'

/**
 * Which of the names that would go are of signatures, SBOMs and the like of images that stay: their manifest's `subject`
 * (OCI image-spec, manifest.md) is what a name that stays reaches, or such a referrer in turn.
 *
 * @throws when the system could not read a document: whose it is, is not known then
 */
export async function keptReferrers(
  parts: Pick<Parts, 'contents' | 'images'>,
  staying: readonly NamedTarget[],
  going: readonly NamedTarget[],
  { signal }: AbortOptions = {},
): Promise<ReadonlySet<NamedTarget>> {
  const bySubject = new Map<Digest, NamedTarget[]>()
  for (const named of going) {
    signal?.throwIfAborted()
    if (named.reference.tag !== undefined) continue
    const subject = (await manifestOf(parts, named))?.subject?.digest
    if (subject !== undefined) bySubject.set(subject, [...(bySubject.get(subject) ?? []), named])
  }
  const kept = new Set<NamedTarget>()
  // Most stores have none, and then nobody needs to know what the others reach.
  if (bySubject.size === 0) return kept
  const recorded = recordedImages(parts)
  const subjects = new Set<Digest>()
  for (const { target } of staying) {
    signal?.throwIfAborted()
    if (subjects.has(target.digest)) continue
    for (const digest of (await reachOf(parts.contents, target, recorded)).digests) subjects.add(digest)
  }
  for (const digest of subjects)
    for (const referrer of bySubject.get(digest) ?? []) {
      kept.add(referrer)
      // A set is walked with what is added on the way.
      subjects.add(referrer.target.digest)
    }
  return kept
}

async function manifestOf(
  { contents }: Pick<Parts, 'contents'>,
  { target }: NamedTarget,
): Promise<Manifest | undefined> {
  try {
    return (await readManifest(contents, target))?.manifest
  } catch (error) {
    if (!isLadingError(error) || isReadFailure(error)) throw error
    return undefined
  }
}
