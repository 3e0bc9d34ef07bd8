import type { Profile } from './profile.ts'

/** Amazon ECR Public. User `AWS`, password `password`; without them a token pulls. */
export const ecrPublic: Profile = {
  name: 'ecr-public',
  sources: [
    'A token that has expired is 400 without a challenge, where others have 401 with one: aws/containers-roadmap #2835 (2026).',
    'Tokens for everybody: the user guide of Amazon ECR Public, public-registry-auth.',
  ],
  auth: { kind: 'bearer', service: 'public.ecr.aws', username: 'AWS', password: 'password', anonymous: 'pull' },
  quirks: { voidTokenStatus: 400 },
}
