import { printable } from '@lading/errors'
import type { Descriptor } from '../descriptor.ts'
import { ManifestError } from '../manifest-error.ts'
import type { Manifest } from '../manifest.ts'
import { isIndexType, isManifestType, OCI_MANIFEST } from '../media-types.ts'
import type { Platform } from '../platform.ts'
import { formatPlatform } from './format-platform.ts'
import { isAttestation, matchPlatforms } from './match-platforms.ts'

/** Deeper is an attack, not an image. */
const maxDepth = 4

/** Gives the document of an index inside an index; `undefined` passes it over. */
export type LoadIndex = (entry: Descriptor) => Manifest | undefined | Promise<Manifest | undefined>

/**
 * The entry of an index that is closest to a platform, looking into indexes inside it where they stand in the order, four
 * deep. `undefined`: there is none. Only indexes are loaded, and no more of them than it takes.
 */
export async function findManifest(
  manifest: Manifest,
  platform: Platform,
  load: LoadIndex,
): Promise<Descriptor | undefined> {
  return find(manifest, platform, load, 1)
}

async function find(
  manifest: Manifest,
  platform: Platform,
  load: LoadIndex,
  depth: number,
): Promise<Descriptor | undefined> {
  if (manifest.kind !== 'index' || depth > maxDepth) return undefined
  for (const candidate of matchPlatforms(manifest.manifests, platform).candidates) {
    if (!isIndexType(candidate.mediaType)) return candidate
    const inside = await load(candidate)
    const found = inside === undefined ? undefined : await find(inside, platform, load, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * The platforms that the images of indexes are for, each once, in the order of the entries; safe to print. What an index
 * calls neither manifest nor index is no image, whatever platform it gives it.
 *
 * @param sought for which nothing was found: an index inside that is said to be for it has nothing either
 */
export function platformsOffered(manifests: Iterable<Manifest>, sought?: Platform): readonly string[] {
  const offered = new Set<string>()
  for (const { mediaType, platform } of platformEntries(manifests)) {
    if (!isManifestType(mediaType) && !isIndexType(mediaType)) continue
    if (sought !== undefined && isIndexType(mediaType) && isFor(platform, sought)) continue
    offered.add(formatPlatform(platform))
  }
  return [...offered]
}

/** The entry of indexes that is for a platform, if only what it is called were a manifest. */
function mislabelledFor(manifests: Iterable<Manifest>, platform: Platform): Descriptor | undefined {
  return platformEntries(manifests).find(
    (entry) => !isManifestType(entry.mediaType) && !isIndexType(entry.mediaType) && isFor(entry.platform, platform),
  )
}

/** Nobody looks at it. */
const noDigest: Descriptor['digest'] = `sha256:${'0'.repeat(64)}`

type PlatformEntry = Descriptor & { readonly platform: Platform }

function platformEntries(manifests: Iterable<Manifest>): readonly PlatformEntry[] {
  const entries: PlatformEntry[] = []
  for (const manifest of manifests)
    for (const entry of manifest.kind === 'index' ? manifest.manifests : [])
      if (entry.platform !== undefined && entry.platform.os !== 'unknown' && !isAttestation(entry))
        entries.push({ ...entry, platform: entry.platform })
  return entries
}

function isFor(platform: Platform, wanted: Platform): boolean {
  const entry: Descriptor = { mediaType: OCI_MANIFEST, digest: noDigest, size: 0, platform }
  return matchPlatforms([entry], wanted).candidates.length > 0
}

/** What to say and to do when an index has nothing for a platform. */
export function platformUnavailable(
  seen: Iterable<Manifest>,
  platform: Platform,
  digest: string,
): { readonly message: string; readonly hint: string } {
  const manifests = [...seen]
  const message = `no image for ${formatPlatform(platform)} in ${digest}`
  const wrong = mislabelledFor(manifests, platform)
  if (wrong !== undefined)
    return {
      message: `${message}: it calls its entry for that platform "${printable(wrong.mediaType, 100)}", which is no image`,
      hint: `tell its publisher; if it is one, it may be pulled by its digest: @${wrong.digest}`,
    }
  const offered = platformsOffered(manifests, platform).slice(0, 20)
  return {
    message,
    hint:
      offered.length === 0
        ? 'the index holds no image at all'
        : `there is: ${offered.join(', ')}; choose one with --platform`,
  }
}

/**
 * The descriptor of the manifest for a platform: of an index the closest entry, of a manifest itself.
 *
 * ```ts
 * const got = await repository.manifests.get('1.4')
 * const image = await chooseManifest(got, defaultPlatform(), async ({ digest }) => (await repository.manifests.get(digest)).manifest)
 * ```
 *
 * @throws ManifestError `PLATFORM_UNAVAILABLE`, whose hint tells what there is; what `load` throws
 */
export async function chooseManifest(
  { manifest, descriptor }: { readonly manifest: Manifest; readonly descriptor: Descriptor },
  platform: Platform,
  load: LoadIndex,
): Promise<Descriptor> {
  if (manifest.kind !== 'index') return descriptor
  const seen: Manifest[] = [manifest]
  const found = await findManifest(manifest, platform, async (entry) => {
    const inside = await load(entry)
    if (inside !== undefined) seen.push(inside)
    return inside
  })
  if (found !== undefined) return found
  const { message, hint } = platformUnavailable(seen, platform, descriptor.digest)
  throw new ManifestError('PLATFORM_UNAVAILABLE', message, { digest: descriptor.digest, hint })
}
