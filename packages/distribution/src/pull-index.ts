import { verifyBytes } from '@lading/digest/hash'
import { formatPlatform, isIndexType, matchPlatforms, schemas, type Descriptor, type Platform } from '@lading/manifest'
import type { Repository } from '@lading/registry-client'
import type { ManifestDocument } from './ports.ts'
import { PullError } from './pull-error.ts'
import type { PullJob } from './pull-job.ts'
import { byDigest, localDocument, type ResolvedTarget } from './resolve-target.ts'

/** Deeper or wider than this is an attack, not an image (reliability M5). */
const maxDepth = 4
const maxVisited = 64

interface Walk {
  readonly job: PullJob
  readonly repository: Repository
  /** This repository gave us the whole index before, so its children need no new proof. */
  readonly trusted: boolean
  readonly seen: Set<string>
  /** Platforms met on the way, for the error. */
  readonly offered: string[]
}

/**
 * Walks an index, and the indexes in it, to the one manifest for the wanted platform.
 *
 * @returns the documents on the way, the index first, the image's manifest last
 * @throws PullError `PLATFORM_UNAVAILABLE` with what there is; `INDEX_TOO_DEEP`
 */
export async function chooseFromIndex(job: PullJob, repository: Repository, target: ResolvedTarget): Promise<readonly ManifestDocument[]> {
  const walk: Walk = { job, repository, trusted: target.sameTarget, seen: new Set(), offered: [] }
  const found = await descend(walk, target.document, 1)
  if (found !== undefined) return found
  const offered = [...new Set(walk.offered)]
  throw new PullError('PLATFORM_UNAVAILABLE', `no image for ${formatPlatform(job.platform)} in ${target.document.descriptor.digest}`, {
    digest: target.document.descriptor.digest,
    host: repository.name,
    hint: offered.length === 0 ? 'the index holds no image at all' : `there is: ${offered.slice(0, 20).join(', ')}; choose one with --platform`,
  })
}

async function descend(walk: Walk, document: ManifestDocument, depth: number): Promise<readonly ManifestDocument[] | undefined> {
  if (document.manifest.kind !== 'index') return [document]
  if (depth > maxDepth) throw new PullError('INDEX_TOO_DEEP', `indexes are nested deeper than ${maxDepth}`, { digest: document.descriptor.digest })
  const { candidates } = matchPlatforms(document.manifest.manifests, walk.job.platform)
  walk.offered.push(...document.manifest.manifests.flatMap(offeredPlatform))
  let firstError: unknown
  for (const candidate of candidates) {
    if (walk.seen.has(candidate.digest)) continue
    walk.seen.add(candidate.digest)
    if (walk.seen.size > maxVisited) throw new PullError('INDEX_TOO_DEEP', `more than ${maxVisited} manifests were looked at for one platform`, { digest: document.descriptor.digest })
    const child = await fetchChild(walk, candidate)
    // A nested index that is broken is passed over for the next candidate; a manifest is what we came for.
    const found = isIndexType(child.descriptor.mediaType) ? await descend(walk, child, depth + 1).catch((error: unknown) => void (firstError ??= keepUnlessAborted(walk, error))) : [child]
    if (found !== undefined) {
      if (found[0] === child) tellChoice(walk, candidate, child)
      return [document, ...found]
    }
  }
  if (firstError !== undefined) throw firstError
  return undefined
}

function keepUnlessAborted(walk: Walk, error: unknown): unknown {
  walk.job.signal.throwIfAborted()
  return error
}

function tellChoice({ job }: Walk, candidate: Descriptor, child: ManifestDocument): void {
  if (child.manifest.kind === 'index') return
  job.emit({ type: 'platform', digest: child.descriptor.digest, platform: candidate.platform, wanted: job.platform })
}

async function fetchChild({ job, repository, trusted }: Walk, candidate: Descriptor): Promise<ManifestDocument> {
  const embedded = decodeEmbedded(candidate)
  if (embedded !== undefined) return tell(job, embedded, 'data')
  const local = trusted ? await localDocument(job, candidate) : undefined
  if (local !== undefined) return tell(job, local, 'store')
  const { document, source } = await byDigest(job, repository, candidate.digest)
  if (document.bytes.length !== candidate.size) {
    throw new PullError<string>('SIZE_MISMATCH', `the index says that ${candidate.digest} has ${candidate.size} bytes, and it has ${document.bytes.length}`, {
      digest: candidate.digest,
      expected: candidate.size,
      actual: document.bytes.length,
      hint: 'the index is wrong; tell its publisher',
    })
  }
  // The index, which was verified, says what the child is; the registry's content type is only a second opinion.
  return tell(job, { ...document, descriptor: { ...document.descriptor, ...withoutPlatform(candidate) } }, source)
}

function decodeEmbedded(candidate: Descriptor): ManifestDocument | undefined {
  const { data } = candidate
  if (data === undefined) return undefined
  verifyBytes(data, candidate)
  return { descriptor: withoutPlatform(candidate), bytes: data, manifest: schemas.unmarshal(candidate.mediaType, data) }
}

function tell(job: PullJob, document: ManifestDocument, source: 'registry' | 'store' | 'data'): ManifestDocument {
  const { digest, mediaType, size } = document.descriptor
  job.emit({ type: 'manifest', digest, mediaType, size, source })
  return document
}

const withoutPlatform = ({ mediaType, digest, size }: Descriptor): Descriptor => ({ mediaType, digest, size })

function offeredPlatform(entry: Descriptor): readonly string[] {
  const platform: Platform | undefined = entry.platform
  return platform === undefined || platform.os === 'unknown' ? [] : [formatPlatform(platform)]
}
