import type { Profile } from './profile.ts'

/** Debian 12's `docker-registry`, the reference registry of Docker, as far as it leaves the distribution spec. */
export const distribution28: Profile = {
  name: 'distribution-2.8',
  sources: [
    'Each member was measured on docker-registry 2.8.2 of Debian 12: the compliance suite of this package finds the same differences in both.',
    'The official conformance suite of the distribution spec finds the missing referrers API, sha512, chunk order, paging and range errors too.',
  ],
  referrers: false,
  quirks: {
    singlePost: false,
    mounts: 'from',
    chunkOrder: false,
    statefulLocations: true,
    absoluteLocations: true,
    deleteTags: false,
    sortedTags: false,
    digestHeader: 'sha256',
    manifestAlgorithms: false,
    malformedDigestStatus: 500,
    foreignLayers: 'docker',
    tooLargeStatus: 400,
    brokenRangeError: true,
    acceptNeeded: true,
    ignoredParameters: { tags: ['n', 'last'], manifest: ['tag'], upload: ['digest-algorithm'] },
    headers: { 'docker-distribution-api-version': 'registry/2.0' },
  },
  faults: [
    {
      name: 'no such endpoint',
      on: 'referrers',
      then: { status: 404, body: '404 page not found\n', headers: { 'x-content-type-options': 'nosniff' } },
    },
  ],
}
