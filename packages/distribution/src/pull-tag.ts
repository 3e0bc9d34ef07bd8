import { isDigest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { registryDigestOf, type Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import { isSchema1, type ManifestDocument, type PullRepository, type Schema1Document } from './ports.ts'
import { PullError } from './pull-error.ts'
import { chooseFromIndex } from './pull-index.ts'
import { holdAndLook, type Look } from './look.ts'
import type { PullJob } from './pull-job.ts'
import { pullSchema2, type PulledContent } from './pull-schema2.ts'
import type { PulledImage } from './puller.ts'
import { warnOfRateLimit } from './rate-limit-warning.ts'
import { resolveTarget, type ResolvedTarget } from './resolve-target.ts'

/** How often blobs may be collected under a pull before it gives up. Leases make even the second time rare. */
const publishAttempts = 5

/** One image, durable but for its manifests, which are published with its name. */
interface Arrival {
  readonly content: PulledContent
  /** What the name will point to, and its way to the image. */
  readonly target: Descriptor
  readonly documents: readonly ManifestDocument[]
  readonly image: Descriptor
  /** All of it was here before. */
  readonly allHere: boolean
}

/** How an image is fetched, once it is known what it is. May be asked again for what was lost meanwhile. */
interface ImageFetch {
  readonly wasPresent: boolean
  fetch(): Promise<Arrival>
}

/** One tag or digest: the manifest, the switch on its kind, and last of all the reference. */
export async function pullTag(job: PullJob, repository: PullRepository, reference: Reference): Promise<PulledImage> {
  const resolved = await resolveTarget(job, repository, reference)
  const { document } = resolved
  job.emit({
    type: 'resolve',
    reference: String(reference),
    id: reference.digest ?? reference.tag ?? 'latest',
    path: reference.path,
  })
  tellManifest(job, document, resolved.source)
  warnOfRateLimit(job, repository)

  const imageFetch = isSchema1(document)
    ? toSchema1(job, repository, reference, document)
    : await toSchema2(job, repository, reference, { ...resolved, document })
  let arrival: Arrival
  for (let attempt = 1; ; attempt += 1) {
    try {
      arrival = await imageFetch.fetch()
    } catch (error) {
      if (attempt === publishAttempts || !(await wentAway(job, error))) throw error
      continue
    }
    const result = await job.delivery.publish(
      { target: arrival.target, names: [String(reference)], documents: arrival.documents },
      { signal: job.signal, allHere: arrival.allHere },
    )
    if (result.outcome !== 'missing') break
    if (attempt === publishAttempts) {
      throw new PullError(
        'STORE_UNSTABLE',
        `content of ${String(reference)} was removed from the store ${attempt} times while it was pulled`,
        {
          reference: String(reference),
          hint: 'another program deletes files in this root; only lading may write to it',
        },
      )
    }
  }
  if (!imageFetch.wasPresent) {
    const { id, layers } = arrival.content
    const content = [id, ...layers.map((layer) => layer.digest)]
    await job.store.origins.remember({ host: reference.domain, repository: reference.path }, content)
  }
  const digest = registryDigestOf(arrival.target)
  job.emit({ type: 'digest', digest, reference: String(reference) })
  return {
    reference: String(reference),
    digest,
    manifest: arrival.image,
    ...arrival.content,
    status: imageFetch.wasPresent ? 'up-to-date' : 'downloaded',
  }
}

/** Whether a layer was taken from the store before it had been looked into: as good as one that is missing in the end. */
async function wentAway({ store, signal }: PullJob, error: unknown): Promise<boolean> {
  if (signal.aborted || !isLadingError(error, 'LAYER_SOURCE_FAILED')) return false
  const { digest } = error.facts
  return isDigest(digest) && (await store.contents.stat(digest)) === undefined
}

async function toSchema2(
  job: PullJob,
  repository: PullRepository,
  reference: Reference,
  target: ResolvedTarget & { readonly document: ManifestDocument },
): Promise<ImageFetch> {
  const { document, sameTarget } = target
  const { image, documents } =
    document.manifest.kind === 'index'
      ? await chooseFromIndex(job, repository, target)
      : { image: document, documents: [document] }
  const first = await holdAndLook(job, documents, image)
  // What could not be published is not fetched either.
  await job.delivery.check(
    { target: document.descriptor, names: [String(reference)], documents },
    { allHere: first.isWhole },
  )
  let next: Look | undefined = first
  return {
    wasPresent: sameTarget && first.isWhole,
    async fetch() {
      // Something was lost since the last time.
      const look = next ?? (await holdAndLook(job, documents, image))
      next = undefined
      const { content, allHere } = await pullSchema2(job, repository, image, { fromIndex: image !== document, look })
      return {
        content,
        target: document.descriptor,
        documents,
        image: image.descriptor,
        allHere: allHere && documents.every(({ stored }) => stored === true),
      }
    },
  }
}

/** What the store has of a schema 1 image is an OCI image: once it is here, a pull goes the other way. */
function toSchema1(
  job: PullJob,
  repository: PullRepository,
  reference: Reference,
  document: Schema1Document,
): ImageFetch {
  return {
    wasPresent: false,
    async fetch() {
      const { pullSchema1 } = await import('./pull-schema1.ts')
      const { content, image } = await pullSchema1(job, repository, reference, document)
      return { content, target: image.descriptor, documents: [image], image: image.descriptor, allHere: false }
    },
  }
}

function tellManifest(
  job: PullJob,
  { descriptor }: Pick<ManifestDocument, 'descriptor'>,
  source: 'registry' | 'store',
): void {
  job.emit({
    type: 'manifest',
    digest: descriptor.digest,
    mediaType: descriptor.mediaType,
    size: descriptor.size,
    source,
  })
}
