import type { AbortOptions } from '@lading/clock'
import { namesContent, unlessAbsent, type Source, type Target } from '@lading/content'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { copy } from './copy.ts'
import { CopyError } from './copy-error.ts'
import type { Copied, CopyOptions } from './copy-options.ts'

/** In all, however deep: what refers to each other in a row costs no more than what refers to one. */
const most = 1000
/** What cosign puts beside an image, under tags made of its digest. */
const cosignTags = ['sig', 'att', 'sbom']

/** One of what refers to content. */
export interface FoundReferrer {
  readonly referrer: Descriptor
  /** The tag under which cosign keeps it. */
  readonly tag?: string | undefined
}

export interface FindReferrersOptions extends AbortOptions {
  /** A tag in the source's grammar. Default: as it is, as in a repository; a store has full references. */
  readonly sourceName?: ((tag: string) => string) | undefined
}

export interface CopyReferrersOptions
  extends Omit<CopyOptions, 'names' | 'platforms' | 'onlyPresent' | 'format' | 'compression'>, FindReferrersOptions {
  /**
   * What points to a referrer at the target, in its grammar. Default: cosign's tag where it has one, else nothing, which
   * is enough for a registry or a layout; a store keeps what has a name.
   */
  readonly targetNames?: ((found: FoundReferrer) => readonly string[]) | undefined
}

/**
 * What refers to content: signatures, SBOMs, attestations, and what refers to these, as the source lists them; and what
 * cosign keeps under tags. Each once, what is referred to first.
 *
 * @throws CopyError `REFERRERS_TOO_MANY`; what the source throws
 */
export async function* findReferrers(
  source: Source,
  subjects: readonly Digest[],
  { sourceName = (tag) => tag, signal }: FindReferrersOptions = {},
): AsyncGenerator<FoundReferrer, void, undefined> {
  const seen = new Set<Digest>(subjects)
  let count = 0
  const counted = (found: FoundReferrer): FoundReferrer => {
    if (count++ === most)
      throw new CopyError('REFERRERS_TOO_MANY', `more than ${most} referrers`, {
        digest: found.referrer.digest,
        hint: 'copy the ones you need one by one, by their digests',
      })
    return found
  }
  for (let level = subjects; level.length > 0;) {
    const next: Digest[] = []
    for (const subject of level) {
      for await (const referrer of source.referrers?.(subject, { signal }) ?? none()) {
        if (seen.has(referrer.digest)) continue
        seen.add(referrer.digest)
        yield counted({ referrer })
        next.push(referrer.digest)
      }
      for (const suffix of cosignTags) {
        const tag = `${algorithmOf(subject)}-${hexOf(subject)}.${suffix}`
        const referrer = await unlessAbsent(source.resolve(sourceName(tag), { signal }), { signal })
        if (referrer === undefined || !namesContent(referrer)) continue
        yield counted({ referrer, tag })
        if (!seen.has(referrer.digest)) next.push(referrer.digest)
        seen.add(referrer.digest)
      }
    }
    level = next
  }
}

/**
 * Brings along what refers to content, as `findReferrers` finds it.
 *
 * @param subjects what was copied
 * @throws CopyError `REFERRERS_TOO_MANY`; what `copy` throws
 */
export async function copyReferrers(
  source: Source,
  target: Target,
  subjects: readonly Digest[],
  { sourceName, targetNames = ({ tag }) => (tag === undefined ? [] : [tag]), ...options }: CopyReferrersOptions = {},
): Promise<readonly Copied[]> {
  const copied: Copied[] = []
  for await (const found of findReferrers(source, subjects, { sourceName, signal: options.signal }))
    copied.push(await copy(source, target, found.referrer, { ...options, names: targetNames(found) }))
  return copied
}

async function* none(): AsyncGenerator<Descriptor, void, undefined> {}
