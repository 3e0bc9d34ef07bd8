import type { Profile } from './profile.ts'

/** GitHub's registry. User `user`, password `password`; without them a token pulls, but there must be one. */
export const ghcr: Profile = {
  name: 'ghcr',
  sources: [
    'Anonymous pulls need a token of its own endpoint, and there is no catalog: koki-develop/docker-tags #81.',
    'No referrers API and no OCI-Subject, so that clients keep fallback tags: dataaxiom/ghcr-cleanup-action #13, github community 208530 (2026).',
  ],
  auth: { kind: 'bearer', service: 'ghcr.io', username: 'user', password: 'password', anonymous: 'pull' },
  referrers: false,
  quirks: { catalog: false, ociSubject: false },
}
