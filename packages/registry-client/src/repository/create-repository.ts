import type { AbortOptions } from '@lading/clock'
import { isDigest, parseDigest } from '@lading/digest'
import type { Descriptor, Schemas } from '@lading/manifest'
import { publicUrl } from '../client-event.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { fetchForeign } from './fetch-foreign.ts'
import { exchange } from '../site/exchange.ts'
import type { Site } from '../site/site.ts'
import { repositoryUrl } from '../site/api-url.ts'
import type { RateLimits } from '../wire/rate-limits.ts'
import type { Wire } from '../wire/wire.ts'
import type { FetchedManifest, Repository } from '../registry-client.ts'
import { openBlob, readBlob, type FetchBlob } from './blobs.ts'
import { deleteBlob, deleteManifest } from './delete-content.ts'
import { fromFirstPage, type Asking, type Candidate, type EndpointLoop } from './endpoint-loop.ts'
import { fetchBlob, isWhole, type FetchBlobOptions } from './fetch-blob.ts'
import { headBlob } from './head-blob.ts'
import { getManifest, getManifestIfChanged, headManifest } from './manifests.ts'
import { putManifest } from './put-manifest.ts'
import { listReferrers } from './referrers.ts'
import { repositorySource } from './repository-source.ts'
import { listTags } from './tags.ts'
import { repositoryTarget } from './target/repository-target.ts'
import { mountBlob } from './upload/mount-blob.ts'
import { uploadBlob } from './upload/upload-blob.ts'

export interface RepositoryParts<Known> {
  readonly wire: Wire
  readonly rateLimitOf: RateLimits['get']
  readonly loop: EndpointLoop
  readonly schemas: Schemas<Known>
  /** The endpoints of the same repository under this tag. */
  readonly candidatesOf: (tag: string) => readonly Candidate[]
  /** Whom a foreign layer is judged by, as long as nobody gave a manifest. */
  readonly registry: Endpoint | undefined
}

/** The verbs of one repository, each at the endpoint that the loop decides for. */
export function createRepository<Known>(name: string, parts: RepositoryParts<Known>): Repository<Known[keyof Known]> {
  const { wire, rateLimitOf, loop, schemas, candidatesOf, registry } = parts
  const fetch: FetchBlob = async (descriptor, sink, options) => {
    // An endpoint that was not asked must not count as one that serves.
    if (isWhole(descriptor, sink)) return
    await loop.run(
      (site, serves) => fetchFrom(site, descriptor, sink, { ...options, onBegin: serves }),
      forContent(descriptor.digest, options),
    )
  }
  const change = <T>(work: (site: Site) => Promise<T>, { signal }: AbortOptions): Promise<T> =>
    loop.run(work, { need: 'push', subject: 'push', signal })
  /** A tag's manifest, or where none was asked for by tag, the first. */
  let named: string | undefined
  const atManifest = async <T>(target: string, options: AbortOptions, work: (site: Site) => Promise<T>): Promise<T> => {
    const result = await loop.run(work, forTarget(target, options))
    if (named === undefined || !isDigest(target)) named = target
    return result
  }
  const repository: Repository<Known[keyof Known]> = {
    name,
    // Callers' options are taken by name: what is passed on below has names of its own.
    manifests: {
      head: (target, { signal, thenGet } = {}) =>
        atManifest(target, { signal }, (site) => headManifest(site, schemas, target, { signal, thenGet })),
      get: (target, { signal } = {}) =>
        atManifest(target, { signal }, (site) => getManifest(site, schemas, target, { signal })),
      getIfChanged: (target, known, { signal } = {}) =>
        atManifest<FetchedManifest<Known[keyof Known]> | 'not-modified'>(target, { signal }, (site) =>
          getManifestIfChanged(site, schemas, target, known, { signal }),
        ),
      put: (target, bytes, { signal, mediaType, tags } = {}) =>
        change((site) => putManifest(site, target, bytes, { signal, mediaType, tags }), { signal }),
      delete: (target, { signal } = {}) => change((site) => deleteManifest(site, target, { signal }), { signal }),
    },
    blobs: {
      open: (descriptor, { signal } = {}) =>
        openBlob(fetch, descriptor, {
          signal,
          onWrong: (error) => loop.distrust(forContent(descriptor.digest), error),
        }),
      read: (descriptor, { signal, maxBytes } = {}) =>
        loop.run(
          (site) => readBlob(site, fetchFrom, descriptor, { signal, maxBytes, url: blobUrl(site, descriptor) }),
          forContent(descriptor.digest, { signal }),
        ),
      head: (digest, { signal } = {}) =>
        loop.run(
          (site) => headBlob(site, blobUrl(site, { digest }), digest, { signal }),
          forContent(digest, { signal }),
        ),
      fetch: (descriptor, sink, { signal, onWait } = {}) => fetch(descriptor, sink, { signal, onWait, streamed: true }),
      fetchForeign: (url, descriptor, sink, { signal, onWait } = {}) =>
        fetchForeign(wire, url, descriptor, sink, {
          signal,
          onWait,
          endpoint: (named === undefined ? undefined : loop.giverOf(named)) ?? registry,
        }),
      upload: (descriptor, source, { signal, chunkSize, mount, onProgress } = {}) =>
        uploadBlob((work) => change(work, { signal }), descriptor, source, { signal, chunkSize, mount, onProgress }),
      mount: (digest, { signal, from } = {}) => change((site) => mountBlob(site, digest, { signal, from }), { signal }),
      delete: (digest, { signal } = {}) => change((site) => deleteBlob(site, digest, { signal }), { signal }),
    },
    tags: ({ signal, pageSize, last, maxPages } = {}) =>
      fromFirstPage(loop.run, { need: 'list', subject: 'tags', signal }, (site) =>
        listTags(site, { signal, pageSize, last, maxPages }),
      ),
    referrers: (digest, { signal, artifactType, maxPages } = {}) =>
      fromFirstPage(loop.run, { need: 'referrers', subject: `referrers of ${digest}`, signal }, (site) =>
        listReferrers(site, digest, { signal, artifactType, maxPages }),
      ),
    distrust: (target, reason) => loop.distrust(forTarget(target), reason),
    tagged: (tag) => createRepository(name, { ...parts, loop: loop.renewed(candidatesOf(tag)) }),
    rateLimit() {
      const host = loop.latest?.host
      const limit = host === undefined ? undefined : rateLimitOf(host)
      return host === undefined || limit === undefined ? undefined : { host, ...limit }
    },
    source: () => repositorySource(repository),
    target: ({ chunkSize } = {}) =>
      repositoryTarget({
        manifests: repository.manifests,
        // What documents decode to does not matter to whoever only looks whether they are there.
        schemas: schemas as unknown as Schemas<Record<string, unknown>>,
        atTarget: change,
        chunkSize,
      }),
  }
  return repository
}

const forContent = (digest: string, { signal }: AbortOptions = {}): Asking => ({
  need: 'pull',
  subject: digest,
  signal,
})

const forTarget = (target: string, options: AbortOptions = {}): Asking =>
  isDigest(target) ? forContent(target, options) : { need: 'resolve', subject: target, signal: options.signal }

function fetchFrom(
  site: Site,
  descriptor: Descriptor,
  sink: Parameters<FetchBlob>[1],
  { onBegin, onWait, streamed, signal }: Parameters<FetchBlob>[2] & Pick<FetchBlobOptions, 'onBegin'>,
): Promise<void> {
  const url = blobUrl(site, descriptor)
  const about = { subject: 'blob', digest: descriptor.digest } as const
  return fetchBlob(
    descriptor,
    sink,
    (headers, to) =>
      exchange(site, { method: 'GET', url, headers }, to, {
        streamed,
        signal,
        about,
        admission: { onWait, size: streamed === true ? descriptor.size - sink.offset : undefined },
      }),
    // The endpoint, wherever it redirects: behind one name are many caches, with the same content.
    { source: publicUrl(site.registry), onBegin },
  )
}

function blobUrl(site: Site, { digest }: Pick<Descriptor, 'digest'>): URL {
  // Parsed here, strictly, because it becomes part of a URL.
  return repositoryUrl(site, `blobs/${parseDigest(digest)}`)
}
