import type { Profile } from './profile.ts'

/** JFrog Artifactory. User `user`, password `password`; without them a token pulls. */
export const artifactory: Profile = {
  name: 'artifactory',
  sources: [
    'Ranges are announced and then ignored, so that clients which counted on them broke: oras-project/oras-go #368, prefix-dev/async_http_range_reader #5 (version 7.78).',
    'The token endpoint is below the API and takes GET; POST is 405: renovatebot/renovate #11765, jetstack/version-checker #65.',
    'The next page of a list is named without the first part of the repository, by which it was asked for: renovatebot/renovate #20745, #15080 (RTFACT-18971).',
  ],
  auth: {
    kind: 'bearer',
    service: 'artifactory',
    tokenPath: '/artifactory/api/docker/docker/v2/token',
    oauth: 405,
    username: 'user',
    password: 'password',
    anonymous: 'pull',
  },
  quirks: { ignoreRanges: true, linkForm: 'short-path' },
}
