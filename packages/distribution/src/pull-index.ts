import { walk } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import {
  findManifest,
  isIndexType,
  isSchema1Type,
  matchPlatforms,
  OCI_MANIFEST,
  platformUnavailable,
  type Descriptor,
} from '@lading/manifest'
import { fetchChild, type Parent } from './fetch-child.ts'
import type { ManifestDocument, PullRepository } from './ports.ts'
import { PullError } from './pull-error.ts'
import type { PullJob } from './pull-job.ts'
import type { ResolvedTarget } from './resolve-target.ts'
import { schema1InIndex } from './schema1-in-index.ts'

/** Deeper or wider than this is an attack, not an image. */
const limits = { depth: 4, documents: 64 } as const

export interface Chosen {
  /** The manifest of the image. */
  readonly image: ManifestDocument
  /** Every index, the target first, and the image's manifest last: what the store must hold for the name to be whole. */
  readonly documents: readonly ManifestDocument[]
}

type Indexes = ReadonlyMap<Digest, ManifestDocument>

/**
 * From an index to the one manifest for the wanted platform. Indexes inside it are all fetched, since the law of the
 * store counts them as part of what the name reaches; of the manifests only the chosen one is.
 *
 * @throws PullError `PLATFORM_UNAVAILABLE` with what there is; `SCHEMA1_IN_INDEX`, `INDEX_TOO_DEEP`
 */
export async function chooseFromIndex(
  job: PullJob,
  repository: PullRepository,
  target: ResolvedTarget & { readonly document: ManifestDocument },
): Promise<Chosen> {
  const from: Parent = { job, repository, trusted: target.sameTarget }
  const indexes = await collectIndexes(from, target.document)
  const entry = await findManifest(
    target.document.manifest,
    job.platform,
    ({ digest }) => indexes.get(digest)?.manifest,
  )
  const old = [...indexes.values()].flatMap(entriesOf).find((candidate) => isSchema1For(candidate, job))
  if (entry === undefined && old !== undefined) throw schema1InIndex(old)
  if (entry === undefined) throw unavailable(job, repository, target.document, indexes)
  const image = await fetchChild(from, entry)
  job.emit({ type: 'platform', digest: entry.digest, platform: entry.platform, wanted: job.platform })
  return { image, documents: [...indexes.values(), image] }
}

/** Every index on the way, the target first. @throws PullError `INDEX_TOO_DEEP` */
async function collectIndexes(from: Parent, root: ManifestDocument): Promise<Indexes> {
  const indexes = new Map<Digest, ManifestDocument>()
  const source = {
    async document(descriptor: Descriptor): Promise<ManifestDocument> {
      const document = descriptor === root.descriptor ? root : await fetchChild(from, descriptor)
      indexes.set(descriptor.digest, document)
      return document
    },
  }
  try {
    for await (const _ of walk(source, root.descriptor, { enter: ({ mediaType }) => isIndexType(mediaType), limits }));
  } catch (error) {
    if (!isLadingError(error, 'GRAPH_TOO_LARGE')) throw error
    throw new PullError(
      'INDEX_TOO_DEEP',
      `indexes in indexes: more than ${limits.depth} deep or ${limits.documents} in all`,
      {
        digest: error.facts.digest,
        cause: error,
        hint: 'no build tool makes such an image; pull one of its manifests by digest',
      },
    )
  }
  return indexes
}

const isSchema1For = (entry: Descriptor, job: PullJob): boolean =>
  isSchema1Type(entry.mediaType) &&
  matchPlatforms([{ ...entry, mediaType: OCI_MANIFEST }], job.platform).candidates.length > 0

function unavailable(job: PullJob, repository: PullRepository, target: ManifestDocument, indexes: Indexes): PullError {
  const { digest } = target.descriptor
  const { message, hint } = platformUnavailable(
    [...indexes.values()].map(({ manifest }) => manifest),
    job.platform,
    digest,
  )
  return new PullError('PLATFORM_UNAVAILABLE', message, { digest, host: repository.name.split('/')[0], hint })
}

const entriesOf = ({ manifest }: ManifestDocument): readonly Descriptor[] =>
  manifest.kind === 'index' ? manifest.manifests : []
