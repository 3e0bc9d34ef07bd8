import type { Platform } from '@lading/manifest'
import { TestRegistryError } from '../error.ts'

/** `linux/arm64/v8` and friends; a platform object passes through. */
export function toPlatform(value: string | Platform): Platform {
  if (typeof value !== 'string') return value
  const [os, architecture, variant, ...rest] = value.split('/')
  if (os === undefined || os === '' || architecture === undefined || architecture === '' || rest.length > 0) {
    throw new TestRegistryError('IMAGE_INVALID', `not a platform: '${value}'`, {
      hint: "write os/architecture or os/architecture/variant, as in 'linux/arm/v7'",
    })
  }
  return { os, architecture, variant }
}
