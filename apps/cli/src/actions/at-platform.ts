import type { AbortOptions } from '@lading/clock'
import {
  chooseManifest,
  parsePlatform,
  platformFromEnv,
  type Descriptor,
  type Manifest,
  type Platform,
} from '@lading/manifest'
import type { Repository } from '@lading/registry-client'
import type { CommandContext } from '../context.ts'

/** The platform that the command line or the environment asks for; `undefined`: neither does. */
export const askedPlatform = (
  { platform }: { readonly platform?: string | undefined },
  { environment }: CommandContext,
): Platform | undefined =>
  platform === undefined ? platformFromEnv({ env: environment.variables }) : parsePlatform(platform)

/** The manifest for a platform, at its registry. @throws ManifestError `PLATFORM_UNAVAILABLE` */
export const atPlatform = (
  repository: Repository,
  target: { readonly manifest: Manifest; readonly descriptor: Descriptor },
  platform: Platform,
  options: AbortOptions,
): Promise<Descriptor> =>
  chooseManifest(target, platform, async ({ digest }) => (await repository.manifests.get(digest, options)).manifest)
