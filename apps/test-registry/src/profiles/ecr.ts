import type { Profile } from './profile.ts'

const mebibyte = 1024 * 1024

/** Amazon ECR, private. User `AWS`, password `password`. Repositories must be there: seed them, or `repository(name).create()`. */
export const ecr: Profile = {
  name: 'ecr',
  sources: [
    'Basic authentication as AWS and no token endpoint: the user guide of Amazon ECR, registry_auth.',
    'Blobs are redirected to signed URLs that refuse a second way of authentication with 400: dotnet/sdk-container-builds #424, open-policy-agent/opa #6728.',
    'Chunks of at least 5 MiB but the last, a chunk answered with 201, and mounts only of blobs that a manifest names: aws/containers-roadmap #1931, #2783, #2860.',
    'A password that has expired is 403 without a challenge: awslabs/soci-snapshotter #1148, #1196, flipt-io/flipt #3043.',
    'Range of an upload stays at the end of the first chunk: aws/containers-roadmap #2831 (2026).',
  ],
  auth: { kind: 'basic', username: 'AWS', password: 'password' },
  quirks: {
    createOnPush: false,
    redirectBlobs: true,
    chunkMinBytes: 5 * mebibyte,
    chunkStatus: 201,
    mounts: 'referenced',
    voidTokenStatus: 403,
    uploadRange: 'stuck',
  },
}
