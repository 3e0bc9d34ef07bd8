import { platformOfNode, type Platform } from '@lading/manifest'

/**
 * The platform of images by default: `linux/<architecture of this process>`, on every host, since images for macOS
 * do not exist and those for Windows are asked for by name (design, "Settled": platform).
 */
export function defaultPlatform(): Platform {
  const { arm_version: armVersion } = process.config.variables as { arm_version?: string | number | undefined }
  return platformOfNode(process.arch, armVersion === undefined ? undefined : String(armVersion))
}
