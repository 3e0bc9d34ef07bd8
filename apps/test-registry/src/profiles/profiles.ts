import { printable } from '@lading/errors'
import { TestRegistryError } from '../error.ts'
import { acr } from './acr.ts'
import { artifactory } from './artifactory.ts'
import { distribution28, distribution3 } from './distribution.ts'
import { dockerHub } from './docker-hub.ts'
import { ecr } from './ecr.ts'
import { ecrPublic } from './ecr-public.ts'
import { ghcr } from './ghcr.ts'
import { gitlab } from './gitlab.ts'
import { google } from './google.ts'
import { harbor } from './harbor.ts'
import { nexus } from './nexus.ts'
import type { Profile } from './profile.ts'
import { quay } from './quay.ts'

export type ProfileName =
  | 'distribution-2.8'
  | 'distribution-3'
  | 'docker-hub'
  | 'ecr'
  | 'ghcr'
  | 'quay'
  | 'artifactory'
  | 'ecr-public'
  | 'google'
  | 'harbor'
  | 'nexus'
  | 'gitlab'
  | 'acr'

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  'distribution-2.8': distribution28,
  'distribution-3': distribution3,
  'docker-hub': dockerHub,
  ecr,
  ghcr,
  quay,
  artifactory,
  'ecr-public': ecrPublic,
  google,
  harbor,
  nexus,
  gitlab,
  acr,
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
