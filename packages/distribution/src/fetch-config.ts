import { verifyBytes } from '@lading/digest/hash'
import { parseImageConfig, type Descriptor, type ImageConfig } from '@lading/manifest'
import type { PullRepository } from './ports.ts'
import type { PullJob } from './pull-job.ts'
import { shareTransfer } from './share-transfer.ts'
import { isToBeFetched } from './unusable-copy.ts'

/** The image config: from the store, from the descriptor itself, or from the registry; verified, then parsed, then stored. */
export async function fetchConfig(
  job: PullJob,
  repository: PullRepository,
  descriptor: Descriptor,
  signal: AbortSignal,
): Promise<ImageConfig> {
  const stored = await readStored(job, descriptor, signal)
  if (stored !== undefined) return parseImageConfig(stored)
  job.emit({ type: 'config', digest: descriptor.digest, size: descriptor.size })
  const bytes = embedded(descriptor) ?? (await download(job, repository, descriptor, signal))
  const config = parseImageConfig(bytes)
  await job.store.contents.put(descriptor.digest, bytes, { signal })
  return config
}

async function readStored(
  job: PullJob,
  { digest, size }: Descriptor,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const found = await job.store.contents.stat(digest)
  if (found?.size !== size) return undefined
  try {
    return await job.store.contents.read(digest, { signal })
  } catch (error) {
    if (!isToBeFetched(job, error)) throw error
    return undefined
  }
}

function embedded(descriptor: Descriptor): Uint8Array | undefined {
  if (descriptor.data === undefined) return undefined
  verifyBytes(descriptor.data, descriptor)
  return descriptor.data
}

async function download(
  job: PullJob,
  repository: PullRepository,
  descriptor: Descriptor,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return shareTransfer<Uint8Array, never>(
    job.transfers,
    `config:${descriptor.digest}`,
    async (context) => {
      await context.started
      // Small, so the client repeats it.
      return repository.blobs.read(descriptor, { signal: context.signal })
    },
    { signal },
  )
}
