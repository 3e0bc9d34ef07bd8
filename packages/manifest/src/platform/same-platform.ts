import type { Platform } from '../platform.ts'
import { normalizePlatform } from './normalize-platform.ts'
import { platformFallbacks } from './platform-fallbacks.ts'

/**
 * Whether an image's config says the platform that was wanted, for the warning when it does not. Same system and
 * architecture; a variant is compared only where both say one, and a lower compatible one counts as the same. What a
 * config leaves open (`''`) it does not contradict.
 */
export function samePlatform(actual: Platform, wanted: Platform): boolean {
  const [own, other] = [normalizePlatform(actual), normalizePlatform(wanted)]
  if (own.os !== '' && own.os !== other.os) return false
  if (own.architecture === '') return true
  if (own.architecture !== other.architecture) return false
  if (!actual.variant || !wanted.variant) return true
  return platformFallbacks(other).some(
    ({ architecture, variant }) => architecture === own.architecture && variant === (own.variant ?? ''),
  )
}
