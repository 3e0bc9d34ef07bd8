import { isDigest, parseDigest } from '@lading/digest'
import type { Descriptor, Schemas } from '@lading/manifest'
import { exchange } from '../site/exchange.ts'
import type { Site } from '../site/site.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { publicEndpoint } from '../endpoint/public-endpoint.ts'
import { repositoryUrl } from '../site/api-url.ts'
import type { Repository } from '../registry-client.ts'
import { openBlob, readBlob, type FetchBlob } from './blobs.ts'
import { fromFirstPage, type AtSite, type Need } from './choose-site.ts'
import { deleteBlob, deleteManifest } from './delete-content.ts'
import { fetchBlob, type FetchBlobOptions } from './fetch-blob.ts'
import { headBlob } from './head-blob.ts'
import { getManifest, getManifestIfChanged, headManifest } from './manifests.ts'
import { putManifest } from './put-manifest.ts'
import { listReferrers } from './referrers.ts'
import { listTags } from './tags.ts'
import { mountBlob } from './upload/mount-blob.ts'
import { uploadBlob } from './upload/upload-blob.ts'

const content: { readonly need: Need } = { need: 'pull' }
const forTarget = (target: string): { readonly need: Need } => ({ need: isDigest(target) ? 'pull' : 'resolve' })

/** The verbs of one repository, each at the endpoint that serves it. */
export function createRepository<Known>(
  name: string,
  {
    endpoint,
    atSite,
    atOrigin,
    schemas,
  }: {
    readonly endpoint: Endpoint | undefined
    readonly atSite: AtSite
    /** Where something is changed. */ readonly atOrigin: AtSite
    readonly schemas: Schemas<Known>
  },
): Repository<Known[keyof Known]> {
  const fetch: FetchBlob = (descriptor, sink, options) =>
    atSite((site, serves) => fetchFrom(site, descriptor, sink, { ...options, onBegin: serves }), content)
  return {
    name,
    endpoint: endpoint === undefined ? undefined : publicEndpoint(endpoint),
    manifests: {
      head: (target, options = {}) => atSite((site) => headManifest(site, schemas, target, options), forTarget(target)),
      get: (target, options = {}) => atSite((site) => getManifest(site, schemas, target, options), forTarget(target)),
      getIfChanged: (target, known, options = {}) =>
        atSite((site) => getManifestIfChanged(site, schemas, target, known, options), forTarget(target)),
      put: (target, bytes, options = {}) => atOrigin((site) => putManifest(site, target, bytes, options)),
      delete: (target, options = {}) => atOrigin((site) => deleteManifest(site, target, options)),
    },
    blobs: {
      open: (descriptor, options = {}) => openBlob(fetch, descriptor, options),
      read: (descriptor, options = {}) =>
        atSite(
          (site) =>
            readBlob((given, sink, how) => fetchFrom(site, given, sink, how), descriptor, {
              ...options,
              wire: site.wire,
              url: blobUrl(site, descriptor),
            }),
          content,
        ),
      head: (digest, options = {}) =>
        atSite((site) => headBlob(site, blobUrl(site, { digest }), digest, options), content),
      fetch: (descriptor, sink, options = {}) => fetch(descriptor, sink, { ...options, streamed: true }),
      upload: (descriptor, source, options = {}) => uploadBlob(atOrigin, descriptor, source, options),
      mount: (digest, options = {}) => atOrigin((site) => mountBlob(site, digest, options)),
      delete: (digest, options = {}) => atOrigin((site) => deleteBlob(site, digest, options)),
    },
    tags: (options = {}) => fromFirstPage(atSite, (site) => listTags(site, options)),
    referrers: (digest, options = {}) => fromFirstPage(atSite, (site) => listReferrers(site, digest, options)),
  }
}

function fetchFrom(
  site: Site,
  descriptor: Descriptor,
  sink: Parameters<FetchBlob>[1],
  { onBegin, onWait, streamed, signal }: Parameters<FetchBlob>[2] & FetchBlobOptions,
): Promise<void> {
  const url = blobUrl(site, descriptor)
  const about = { subject: 'blob', digest: descriptor.digest } as const
  return fetchBlob(
    descriptor,
    sink,
    (headers, to) =>
      exchange(site, { method: 'GET', url, headers }, to, { streamed, signal, about, admission: { onWait } }),
    { onBegin },
  )
}

function blobUrl(site: Site, { digest }: Pick<Descriptor, 'digest'>): URL {
  // Parsed here, strictly, because it becomes part of a URL.
  return repositoryUrl(site, `blobs/${parseDigest(digest)}`)
}
