import { platformOfNode, type Platform } from '@lading/manifest'

export function hostPlatform(): Platform {
  const { arm_version: armVersion } = process.config.variables as { readonly arm_version?: unknown }
  return platformOfNode(process.arch, typeof armVersion === 'string' ? armVersion : undefined)
}
