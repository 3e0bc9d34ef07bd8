import { isLadingError } from '@lading/errors'
import { registryDigestOf, schema1EnvelopeOf, type Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import type { FetchedManifest } from '@lading/registry-client'
import type { ManifestDocument, PullDocuments, PullRepository, Schema1Document } from './ports.ts'
import type { PullJob } from './pull-job.ts'
import { isSound, isToBeFetched } from './unusable-copy.ts'

export interface ResolvedTarget {
  readonly document: ManifestDocument | Schema1Document
  readonly source: 'registry' | 'store'
  /** The name pointed here before this pull. */
  readonly sameTarget: boolean
}

/**
 * Finds what a reference points to, with as few requests as honesty allows (docs/decisions/rules-of-a-pull.md).
 * A digest that this repository is known to hold costs none; a known tag one HEAD; everything else one GET.
 */
export async function resolveTarget(
  job: PullJob,
  repository: PullRepository,
  reference: Reference,
): Promise<ResolvedTarget> {
  const target = await job.store.resolve(reference)
  const local = target === undefined ? undefined : await localDocument(job, target)
  if (reference.digest !== undefined) {
    if (local !== undefined) return { document: local, source: 'store', sameTarget: true }
    return { ...(await byDigest(job, repository, reference.digest)), sameTarget: false }
  }
  const tag = reference.tag ?? 'latest'
  if (local === undefined) return { ...fetched(await repository.manifests.get(tag, job)), sameTarget: false }

  const known = registryDigestOf(local.descriptor)
  const head = await repository.manifests.head(tag, { signal: job.signal, thenGet: true })
  if (head === undefined) {
    // No digest in the answer to HEAD: registries use the digest as ETag, so a conditional GET may still spare the body.
    const answer = await repository.manifests.getIfChanged(tag, known, job)
    if (answer === 'not-modified' || answer.descriptor.digest === known)
      return { document: local, source: 'store', sameTarget: true }
    return { ...fetched(answer), sameTarget: false }
  }
  if (head.digest === known) return { document: local, source: 'store', sameTarget: true }
  // The repository has just proved that it holds this digest, so a copy from anywhere may serve.
  const elsewhere = await localDocument(job, head)
  if (elsewhere !== undefined) return { document: elsewhere, source: 'store', sameTarget: false }
  return { ...fetched(await repository.manifests.get(head.digest, job)), sameTarget: false }
}

/** A manifest that the repository is asked for by digest; a local copy serves once the repository proved that it has it. */
export async function byDigest(
  job: PullJob,
  repository: PullRepository,
  digest: string,
): Promise<{ document: ManifestDocument | Schema1Document; source: 'registry' | 'store' }> {
  const stored = await job.store.contents.stat(digest as Descriptor['digest'])
  if (stored !== undefined) {
    const head = await repository.manifests.head(digest, { signal: job.signal, thenGet: true })
    const document = head?.digest === digest ? await localDocument(job, head) : undefined
    if (document !== undefined) return { document, source: 'store' }
  }
  return fetched(await repository.manifests.get(digest, job))
}

/**
 * The document behind a descriptor, when the store has it whole; one that is damaged or cannot be read is fetched again,
 * and so does an unsigned schema 1 manifest, which the store keeps and makes nothing of.
 */
export async function localDocument(job: PullJob, descriptor: Descriptor): Promise<ManifestDocument | undefined> {
  try {
    const found = await job.store.manifest(descriptor)
    // Of what came as schema 1 the store keeps the document that came, too; only a new one brings it back.
    const envelope = job.verifyStored ? schema1EnvelopeOf(descriptor) : undefined
    if (envelope !== undefined && !(await isSound(job, envelope, job.signal))) return undefined
    // Size and media type as they are: what a HEAD said of them is hearsay, and would be written into index.json.
    return found === undefined
      ? undefined
      : {
          descriptor: { ...descriptor, mediaType: found.manifest.mediaType, size: found.bytes.length },
          ...found,
          stored: true,
        }
  } catch (error) {
    job.signal.throwIfAborted()
    if (isToBeFetched(job, error) || isLadingError(error, 'MANIFEST_SCHEMA1')) return undefined
    throw error
  }
}

function fetched({ manifest, bytes, descriptor }: FetchedManifest<PullDocuments[keyof PullDocuments]>): {
  document: ManifestDocument | Schema1Document
  source: 'registry'
} {
  return { document: { manifest, bytes, descriptor } as ManifestDocument | Schema1Document, source: 'registry' }
}
