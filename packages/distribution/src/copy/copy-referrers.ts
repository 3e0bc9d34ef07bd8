import { isAbsence, namesContent, type Source, type Target } from '@lading/content'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { copy } from './copy.ts'
import { CopyError } from './copy-error.ts'
import type { Copied, CopyOptions } from './copy-options.ts'

/** In all, however deep: what refers to each other in a row costs no more than what refers to one. */
const most = 1000
/** What cosign puts beside an image, under tags made of its digest. */
const cosignTags = ['sig', 'att', 'sbom']

/**
 * Brings what refers to content along: signatures, SBOMs, attestations, and what refers to these, as the source lists
 * them; and what cosign keeps under tags.
 *
 * @param subjects what was copied
 * @throws CopyError `REFERRERS_TOO_MANY`; what `copy` throws
 */
export async function copyReferrers(
  source: Source,
  target: Target,
  subjects: readonly Digest[],
  options: Omit<CopyOptions, 'names' | 'platforms' | 'onlyPresent'> = {},
): Promise<readonly Copied[]> {
  const { signal } = options
  const seen = new Set<Digest>(subjects)
  const copied: Copied[] = []
  const bring = async (what: Descriptor, names: readonly string[]): Promise<void> => {
    if (copied.length === most)
      throw new CopyError('REFERRERS_TOO_MANY', `more than ${most} referrers`, {
        digest: what.digest,
        hint: 'copy those that are wanted one by one, by their digests',
      })
    copied.push(await copy(source, target, what, { ...options, names }))
  }
  for (let level = subjects; level.length > 0;) {
    const next: Digest[] = []
    for (const subject of level) {
      for await (const referrer of source.referrers?.(subject, { signal }) ?? none()) {
        if (seen.has(referrer.digest)) continue
        seen.add(referrer.digest)
        await bring(referrer, [])
        next.push(referrer.digest)
      }
      for (const suffix of cosignTags) {
        const tag = `${algorithmOf(subject)}-${hexOf(subject)}.${suffix}`
        const tagged = await unlessAbsent(source.resolve(tag, { signal }))
        if (tagged === undefined || !namesContent(tagged)) continue
        await bring(tagged, [tag])
        if (!seen.has(tagged.digest)) next.push(tagged.digest)
        seen.add(tagged.digest)
      }
    }
    level = next
  }
  return copied
}

async function* none(): AsyncGenerator<Descriptor, void, undefined> {}

async function unlessAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw error
  }
}
