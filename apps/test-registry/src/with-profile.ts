import type { Profile } from './profiles/profile.ts'
import { profileNamed } from './profiles/profiles.ts'
import type { TestRegistryOptions } from './test-registry.ts'

/**
 * The options with the profile's parts where they say nothing themselves. `quirks` are taken one by one.
 *
 * @throws TestRegistryError `OPTION_INVALID` for a name that is none
 */
export function withProfile({
  profile: chosen,
  ...options
}: TestRegistryOptions): TestRegistryOptions & { readonly profileFaults: Profile['faults'] } {
  if (chosen === undefined) return { ...options, profileFaults: undefined }
  const profile = typeof chosen === 'string' ? profileNamed(chosen) : chosen
  return {
    ...options,
    auth: options.auth ?? profile.auth,
    quirks: { ...profile.quirks, ...options.quirks },
    rateLimit: options.rateLimit ?? profile.rateLimit,
    referrers: options.referrers ?? profile.referrers,
    profileFaults: profile.faults,
  }
}
