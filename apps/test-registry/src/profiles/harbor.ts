import type { Profile } from './profile.ts'

/** Harbor with its storage in S3. User `user`, password `password`; without them a token pulls. */
export const harbor: Profile = {
  name: 'harbor',
  sources: [
    'Tokens at /service/token, for harbor-registry: goharbor/harbor #12192, #13653. /v2/ names the version of the API, refused too: goharbor/harbor #10868.',
    'Blobs are redirected to signed URLs that take no second way of authentication: goharbor/harbor #1006, spring-attic/spring-cloud-dataflow #4065.',
    'Some have their storage behind the same host and port, where a token is shown to it, which is `redirectBlobs: same-origin`: containerd/containerd #10374.',
  ],
  auth: {
    kind: 'bearer',
    service: 'harbor-registry',
    tokenPath: '/service/token',
    username: 'user',
    password: 'password',
    anonymous: 'pull',
  },
  quirks: { redirectBlobs: true },
}
