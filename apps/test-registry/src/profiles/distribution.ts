import { docker, oci } from '../media-types.ts'
import type { Profile } from './profile.ts'

const manifestTypes = [oci.manifest, oci.index, docker.manifest, docker.index]
const namedHost = 'a first component that could be a host is a name there; here names are paths of directories'
/** Of both, by the question that finds it. */
const notPlayed = {
  'a manifest of a malformed name': namedHost,
  'a new upload to a malformed name': namedHost,
  'two parts of a blob': 'several ranges in one answer are not made here: no client of registries asks for them',
}
const schema1Types = [
  'application/json',
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
]

/** Debian 12's `docker-registry`, the reference registry of Docker, as far as it leaves the distribution spec. */
export const distribution28: Profile = {
  name: 'distribution-2.8',
  sources: [
    'Each member was measured on docker-registry 2.8.2 of Debian 12: the compliance suite of this package finds the same differences in both.',
    'The official conformance suite of the distribution spec finds the missing referrers API, sha512, chunk order, paging and range errors too.',
  ],
  notPlayed: {
    ...notPlayed,
    'the catalog, none of it': 'an empty list, where that of tags is null',
    'the catalog, a word of it': 'an n that is no number is as none; no client sends one',
    'an upload that nobody began': 'the code BLOB_UPLOAD_INVALID where a location has no state; 404 all the same',
    'an upload of another repository': 'the code BLOB_UPLOAD_INVALID where the state is of another; 404 all the same',
  },
  referrers: false,
  quirks: {
    singlePost: false,
    mounts: 'from',
    chunkOrder: false,
    statefulLocations: true,
    absoluteLocations: true,
    deleteTags: false,
    sortedTags: false,
    emptyLists: 'null',
    digestHeader: 'sha256',
    manifestAlgorithms: false,
    malformedDigestStatus: 500,
    manifestTypes: [...manifestTypes, ...schema1Types],
    configNeeded: true,
    mixedLists: false,
    foreignLayers: 'docker',
    tooLargeStatus: 400,
    rangeError: 'broken',
    bareNotModified: true,
    unknownRepositoryCode: 'MANIFEST_UNKNOWN',
    repositoryOfBlobs: 'no-tags',
    maxCatalogNumber: 1000,
    router: 'docker',
    acceptNeeded: true,
    schema1: 'signed',
    ignoredParameters: { tags: ['n', 'last'], manifest: ['tag'], upload: ['digest-algorithm'] },
    headers: { 'docker-distribution-api-version': 'registry/2.0' },
  },
}

/** Distribution 3, the reference registry of the CNCF, as far as it leaves the distribution spec. */
export const distribution3: Profile = {
  name: 'distribution-3',
  sources: [
    'Each member was measured on 3.1.2 of November 2026, with files: crane, regctl and oras, the official conformance suite, the compliance suite and a list of 150 questions find the same in both.',
    'Since 2.8: tags are deleted, paged and sorted, chunks out of order and malformed digests are refused, the body of 416 is whole, no schema 1. Still no referrers and no manifests by sha512.',
  ],
  notPlayed,
  referrers: false,
  quirks: {
    singlePost: false,
    mounts: 'from',
    statefulLocations: true,
    absoluteLocations: true,
    digestHeader: 'sha256',
    manifestAlgorithms: false,
    chunkOrder: 'bare',
    manifestTypes,
    configNeeded: true,
    mixedLists: false,
    foreignLayers: 'docker',
    tooLargeStatus: 400,
    rangeError: 'text',
    bareNotModified: true,
    unknownRepositoryCode: 'MANIFEST_UNKNOWN',
    repositoryOfBlobs: 'unlisted',
    maxCatalogNumber: 1000,
    router: 'docker',
    acceptNeeded: true,
    ignoredParameters: { manifest: ['tag'], upload: ['digest-algorithm'] },
    headers: { 'docker-distribution-api-version': 'registry/2.0' },
  },
}
