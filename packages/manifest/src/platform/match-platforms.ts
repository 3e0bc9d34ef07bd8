import { printable } from '@lading/errors'
import type { Descriptor } from '../descriptor.ts'
import { isIndexType, isManifestType } from '../media-types.ts'
import type { Platform } from '../platform.ts'
import { formatPlatform } from './format-platform.ts'
import { normalizePlatform } from './normalize-platform.ts'
import { platformFallbacks } from './platform-fallbacks.ts'
import { sameWindowsBuild, windowsRuns } from './windows-builds.ts'

export interface PlatformMatch {
  /** Closest first; equally close ones in the index's order; entries that name no platform last. */
  readonly candidates: readonly Descriptor[]
  readonly rejected: readonly { readonly descriptor: Descriptor; readonly reason: string }[]
}

/**
 * Which entries of an index serve a platform, and why the others do not. Operating system equal, architecture and
 * variant equal or backward compatible (`linux/arm64` takes arm64/v8, then arm/v8, v7, v6, v5; amd64/vN takes vN …
 * v1, then 386). Attestations, artifacts and unknown media types are never candidates. Reasons are safe to print.
 */
export function matchPlatforms(entries: readonly Descriptor[], wanted: Platform): PlatformMatch {
  const target = normalizePlatform(wanted)
  const closeness = new Map(
    platformFallbacks(target).map(({ architecture, variant }, rank) => [`${architecture}/${variant}`, rank]),
  )
  const ranked: { readonly descriptor: Descriptor; readonly rank: number }[] = []
  const rejected: { readonly descriptor: Descriptor; readonly reason: string }[] = []
  for (const descriptor of entries) {
    const verdict = notAnImage(descriptor) ?? rankOf(descriptor.platform, target, closeness)
    if (typeof verdict === 'string') rejected.push({ descriptor, reason: verdict })
    else ranked.push({ descriptor, rank: verdict })
  }
  return { candidates: ranked.toSorted((a, b) => a.rank - b.rank).map(({ descriptor }) => descriptor), rejected }
}

/** BuildKit's attestations: entries of an index that describe another entry. */
export function isAttestation(descriptor: Descriptor): boolean {
  const { platform, annotations } = descriptor
  return (
    annotations?.['vnd.docker.reference.type'] !== undefined ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  )
}

function notAnImage(descriptor: Descriptor): string | undefined {
  if (isAttestation(descriptor)) return 'an attestation, not an image'
  if (!isManifestType(descriptor.mediaType) && !isIndexType(descriptor.mediaType))
    return `media type ${printable(descriptor.mediaType, 100)} is neither manifest nor index`
  if (descriptor.platform === undefined && descriptor.artifactType)
    return `an artifact of type ${printable(descriptor.artifactType, 100)}`
  return undefined
}

/** How close, from 0 on, or why not at all. */
function rankOf(
  platform: Platform | undefined,
  wanted: Platform,
  closeness: ReadonlyMap<string, number>,
): number | string {
  // Twice as many ranks as machines: within one, the wanted Windows build goes first.
  if (platform === undefined) return closeness.size * 2
  const entry = normalizePlatform(platform)
  if (entry.os !== wanted.os)
    return `${formatPlatform(platform)} is for another operating system than ${formatPlatform(wanted)}`
  const rank = closeness.get(`${entry.architecture}/${entry.variant ?? ''}`)
  if (rank === undefined) {
    return entry.architecture === wanted.architecture
      ? `${formatPlatform(platform)} needs another variant than ${formatPlatform(wanted)}`
      : `${formatPlatform(platform)} is for another architecture than ${formatPlatform(wanted)}`
  }
  const lacking =
    wanted.osFeatures === undefined
      ? undefined
      : entry.osFeatures?.find((feature) => !wanted.osFeatures?.includes(feature))
  if (lacking !== undefined) return `${formatPlatform(platform)} needs the feature ${printable(lacking, 64)}`
  if (entry.os !== 'windows' || wanted.osVersion === undefined) return rank * 2
  const { osVersion = '' } = entry
  if (!windowsRuns(wanted.osVersion, osVersion))
    return `${formatPlatform(platform)} does not run on build ${printable(wanted.osVersion, 64)}`
  return sameWindowsBuild(wanted.osVersion, osVersion) ? rank * 2 : rank * 2 + 1
}
