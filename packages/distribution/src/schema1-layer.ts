import { sniff } from '@lading/compression'
import type { Digest } from '@lading/digest'
import { OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD, type Descriptor } from '@lading/manifest'
import { obtainLayer, type Obtained } from './obtain-layer.ts'
import type { PullRepository } from './ports.ts'
import { PullError } from './pull-error.ts'
import type { PullJob } from './pull-job.ts'
import { retryBlob } from './retry-policy.ts'
import type { Turn } from './turns.ts'
import { isSound } from './unusable-copy.ts'

/** A layer, once its bytes are here. */
export interface FoundLayer extends Obtained {
  readonly layer: Descriptor
}

/** A layer of which the manifest says the digest only. */
export interface SizedLayer extends Pick<Descriptor, 'digest' | 'size'> {
  /** It is here, and its bytes were looked at. */
  readonly isSound: boolean
}

/**
 * How large a layer is: the store knows that has it, or the registry. What is here is looked at whole, since nothing else
 * says how large it should be: a file that was cut off would be found only by its digest.
 *
 * @throws PullError `SIZE_UNKNOWN`; what asking throws
 */
export async function findSize(
  job: PullJob,
  repository: PullRepository,
  digest: Digest,
  signal: AbortSignal,
): Promise<SizedLayer> {
  const stored = await job.store.contents.stat(digest)
  if (stored !== undefined && (await isSound(job, digest, signal))) return { digest, size: stored.size, isSound: true }
  return { digest, size: await sizeAtRegistry(job, repository, digest, signal), isSound: false }
}

/** Obtains a layer without a media type: what kind of archive it is, its first bytes say. */
export async function obtainSized(
  job: PullJob,
  repository: PullRepository,
  { isSound: isVerified, ...sized }: SizedLayer,
  { turn, signal }: { readonly turn: Turn; readonly signal: AbortSignal },
): Promise<FoundLayer> {
  const obtained = await obtainLayer(
    { ...job, verifyStored: !isVerified },
    repository,
    { mediaType: OCI_LAYER_GZIP, ...sized },
    { quiet: false, turn, algorithms: Promise.resolve([]), checksums: true, signal },
  )
  return { ...obtained, layer: { mediaType: await layerType(job, sized, signal), ...sized } }
}

/** A small request, but one for each layer: it waits for its turn as a download does. */
async function sizeAtRegistry(
  job: PullJob,
  repository: PullRepository,
  digest: Digest,
  signal: AbortSignal,
): Promise<number> {
  const watch = job.transfers.run<number | undefined, never>(
    `size:${repository.name}:${digest}`,
    async ({ started, attempt }) => {
      await started
      return attempt(async (attemptSignal) => (await repository.blobs.head(digest, { signal: attemptSignal }))?.size, {
        position: () => 0,
        retry: retryBlob,
      })
    },
    { signal },
  )
  try {
    const size = await watch.result()
    if (size !== undefined) return size
  } finally {
    await watch.release()
  }
  throw new PullError(
    'SIZE_UNKNOWN',
    `the registry does not say the size of layer ${digest}, and a schema 1 manifest does not either`,
    { digest, hint: "ask the registry's operator, or push the image again with Docker 1.10 or newer" },
  )
}

async function layerType(
  job: PullJob,
  address: Pick<Descriptor, 'digest' | 'size'>,
  signal: AbortSignal,
): Promise<string> {
  for await (const chunk of job.store.contents.open(address, { signal })) {
    const kind = sniff(chunk)
    if (kind === 'gzip') return OCI_LAYER_GZIP
    if (kind === 'zstd') return OCI_LAYER_ZSTD
    break
  }
  return OCI_LAYER
}
