import { printable } from '@lading/errors'
import { TestRegistryError } from '../error.ts'
import { artifactory } from './artifactory.ts'
import { distribution28, distribution3 } from './distribution.ts'
import { dockerHub } from './docker-hub.ts'
import { ecr } from './ecr.ts'
import { ghcr } from './ghcr.ts'
import type { Profile } from './profile.ts'
import { quay } from './quay.ts'

export type ProfileName = 'distribution-2.8' | 'distribution-3' | 'docker-hub' | 'ecr' | 'ghcr' | 'quay' | 'artifactory'

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  'distribution-2.8': distribution28,
  'distribution-3': distribution3,
  'docker-hub': dockerHub,
  ecr,
  ghcr,
  quay,
  artifactory,
}

/** @throws TestRegistryError `OPTION_INVALID` for a name that is none */
export function profileNamed(name: string): Profile {
  if (!Object.hasOwn(profiles, name)) {
    throw new TestRegistryError('OPTION_INVALID', `no profile is called '${printable(name, 60)}'`, {
      hint: `there are ${Object.keys(profiles).join(', ')}`,
    })
  }
  return profiles[name as ProfileName]
}
