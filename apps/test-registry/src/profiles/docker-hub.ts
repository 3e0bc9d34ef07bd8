import type { Profile } from './profile.ts'

/** Docker Hub. User `user`, password `password`; without them a token pulls. */
export const dockerHub: Profile = {
  name: 'docker-hub',
  sources: [
    'Limits, their headers, HEAD for free and 429 at the manifest: docker/docs, content/manuals/docker-hub/usage/pulls.md (100 in 6 hours for an address without a login).',
    'No referrers API, an OCI-Subject all the same, and unknown subjects refused: docker/roadmap #724, docker/hub-feedback #2372 (2024).',
    'Tokens come from another host (auth.docker.io), here the second origin; the service is registry.docker.io.',
  ],
  auth: {
    kind: 'bearer',
    service: 'registry.docker.io',
    realm: 'cdn',
    username: 'user',
    password: 'password',
    anonymous: 'pull',
  },
  referrers: false,
  quirks: { ociSubject: true, subjectMustExist: true },
  rateLimit: { limit: 100, windowSeconds: 21_600, headers: true, message: 'You have reached your pull rate limit.' },
}
