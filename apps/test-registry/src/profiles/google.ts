import type { Profile } from './profile.ts'

/** Google Artifact Registry. User `oauth2accesstoken`, password `password`; without them a token pulls. */
export const google: Profile = {
  name: 'google',
  sources: [
    'Heads of 21 KB, more than Node reads by default: actions/attest-build-provenance #687, actions/attest-sbom #201 (2025).',
    'Tokens at /v2/token: oras-project/oras #157. The challenge of /v2/ names no service: nicholas-fedor/watchtower #1894 (2026).',
    'Lists of tags have the members child and manifest: go-containerregistry, pkg/v1/google.',
    'Uploads in several chunks are refused, and how is not documented; here they are taken: the reference of its Docker API, podman-container-tools/skopeo #1101.',
  ],
  auth: {
    kind: 'bearer',
    tokenPath: '/v2/token',
    service: 'docker.pkg.dev',
    challengeService: 'beyond-ping',
    username: 'oauth2accesstoken',
    password: 'password',
    anonymous: 'pull',
  },
  quirks: { headerBytes: 21_000 },
  faults: [{ name: 'child and manifest', on: 'tags', then: { members: { child: [], manifest: {} } } }],
}
