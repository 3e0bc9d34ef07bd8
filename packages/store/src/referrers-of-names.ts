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
 * Which of `among` are signatures, SBOMs and the like of what `names` reach: names without a tag whose manifest has a
 * `subject` (OCI image-spec, manifest.md) there, or is such a referrer of another one.
 *
 * @throws when the system could not read a document: whose it is, is not known then
 */
export async function referrersOfNames(
  parts: Pick<Parts, 'contents' | 'images'>,
  names: readonly NamedTarget[],
  among: readonly NamedTarget[],
  { signal }: AbortOptions = {},
): Promise<ReadonlySet<NamedTarget>> {
  const bySubject = new Map<Digest, NamedTarget[]>()
  for (const named of among) {
    signal?.throwIfAborted()
    if (named.reference.tag !== undefined) continue
    const subject = (await manifestOf(parts, named))?.subject?.digest
    if (subject !== undefined) bySubject.set(subject, [...(bySubject.get(subject) ?? []), named])
  }
  const found = new Set<NamedTarget>()
  // Most stores have none, and then nobody needs to know what the others reach.
  if (bySubject.size === 0) return found
  const recorded = recordedImages(parts)
  const subjects = new Set<Digest>()
  for (const { target } of names) {
    signal?.throwIfAborted()
    if (subjects.has(target.digest)) continue
    for (const digest of (await reachOf(parts.contents, target, recorded)).digests) subjects.add(digest)
  }
  for (const digest of subjects)
    for (const referrer of bySubject.get(digest) ?? []) {
      found.add(referrer)
      // A set is walked with what is added on the way.
      subjects.add(referrer.target.digest)
    }
  return found
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
