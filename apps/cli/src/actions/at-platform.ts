import type { AbortOptions } from '@lading/clock'
import { isLadingError, printable } from '@lading/errors'
import {
  chooseManifest,
  formatPlatform,
  parseImageConfig,
  parsePlatform,
  platformFromEnv,
  platformOf,
  samePlatform,
  type Descriptor,
  type Manifest,
  type Platform,
} from '@lading/manifest'
import type { Repository } from '@lading/registry-client'
import type { CommandContext } from '../context.ts'
import { warnAt } from './client-options.ts'

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

/** Warns, as a pull does, where the one image that there is is for another platform. */
export function warnOfPlatform(
  actual: Platform,
  wanted: Platform,
  { digest, context }: { readonly digest: string; readonly context: CommandContext },
): void {
  // An artifact's config names no platform.
  if (actual.os === '' || samePlatform(actual, wanted)) return
  warnAt(context)(
    printable(`the image is for ${formatPlatform(actual)}, not for ${formatPlatform(wanted)} (${digest})`),
  )
}

/** The same of an image that stands at its registry without an index; its config is read for it. */
export async function warnOfSingle(
  repository: Repository,
  { manifest, descriptor }: { readonly manifest: Manifest; readonly descriptor: Descriptor },
  wanted: Platform,
  context: CommandContext,
): Promise<void> {
  if (manifest.kind !== 'manifest') return
  let actual
  try {
    actual = platformOf(parseImageConfig(await repository.blobs.read(manifest.config, { signal: context.signal })))
  } catch (error) {
    context.signal.throwIfAborted()
    // Whoever asked for a digest or a manifest has it, whatever its config is.
    if (isLadingError(error)) return
    throw error
  }
  warnOfPlatform(actual, wanted, { digest: descriptor.digest, context })
}
