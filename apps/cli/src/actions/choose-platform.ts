import type { AbortOptions } from '@lading/clock'
import {
  formatPlatform,
  isAttestation,
  isIndexType,
  matchPlatforms,
  type Descriptor,
  type Manifest,
  type Platform,
} from '@lading/manifest'
import type { Repository } from '@lading/registry-client'
import { CliError } from '../cli-error.ts'

/** Deeper is an attack, not an image (reliability M5). */
const maxDepth = 4

/**
 * The entry of an index for a platform, looking into indexes inside it; the manifest itself where it is no index.
 *
 * @throws CliError `PLATFORM_UNAVAILABLE`, with what there is
 */
export async function choosePlatform(
  repository: Repository,
  { manifest, descriptor }: { readonly manifest: Manifest; readonly descriptor: Descriptor },
  platform: Platform,
  options: AbortOptions,
): Promise<Descriptor> {
  const found = await choose(repository, { manifest, descriptor }, platform, options, 1)
  if (found !== undefined) return found
  const offered =
    manifest.kind === 'index'
      ? [
          ...new Set(
            manifest.manifests.flatMap((entry) =>
              entry.platform === undefined || isAttestation(entry) ? [] : [formatPlatform(entry.platform)],
            ),
          ),
        ].slice(0, 20)
      : []
  throw new CliError('PLATFORM_UNAVAILABLE', `no image for ${formatPlatform(platform)} in ${descriptor.digest}`, {
    reference: repository.name,
    digest: descriptor.digest,
    hint:
      offered.length === 0
        ? 'the index names no platforms: choose an entry of `lading manifest` by digest'
        : `there is: ${offered.join(', ')}; choose one with --platform`,
  })
}

async function choose(
  repository: Repository,
  { manifest, descriptor }: { readonly manifest: Manifest; readonly descriptor: Descriptor },
  platform: Platform,
  options: AbortOptions,
  depth: number,
): Promise<Descriptor | undefined> {
  if (manifest.kind !== 'index') return descriptor
  if (depth > maxDepth) return undefined
  for (const candidate of matchPlatforms(manifest.manifests, platform).candidates) {
    if (!isIndexType(candidate.mediaType)) return candidate
    const found = await choose(
      repository,
      await repository.manifests.get(candidate.digest, options),
      platform,
      options,
      depth + 1,
    )
    if (found !== undefined) return found
  }
  return undefined
}
