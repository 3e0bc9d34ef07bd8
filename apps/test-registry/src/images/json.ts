import type { Descriptor, Platform } from '@lading/manifest'

export const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** A platform in the member names of the documents (`os.version`). */
export function platformJson(platform: Platform): Record<string, unknown> {
  return defined({
    architecture: platform.architecture,
    os: platform.os,
    'os.version': platform.osVersion,
    'os.features': platform.osFeatures,
    variant: platform.variant,
  })
}

/** A descriptor as the documents write it: `data` in base64. */
export function descriptorJson(descriptor: Descriptor): Record<string, unknown> {
  const { data, platform, ...rest } = descriptor
  return defined({
    ...rest,
    data: data === undefined ? undefined : Buffer.from(data).toString('base64'),
    platform: platform === undefined ? undefined : platformJson(platform),
  })
}

export const defined = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
