import { verifyBytes } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { parseImageConfig, type Descriptor, type ImageConfig } from '@lading/manifest'
import type { Look } from './look.ts'
import type { PullRepository } from './ports.ts'
import type { PullJob } from './pull-job.ts'
import { shareTransfer } from './share-transfer.ts'
import { isToBeFetched } from './unusable-copy.ts'

export interface FetchedConfig {
  readonly config: ImageConfig
  /** It was here, and was read from here. */
  readonly stored: boolean
}

/** The image config: from the store, from the descriptor itself, or from the registry; verified, then parsed, then stored. */
export async function fetchConfig(
  job: PullJob,
  repository: PullRepository,
  descriptor: Descriptor,
  { look, signal }: { readonly look: Look; readonly signal: AbortSignal },
): Promise<FetchedConfig> {
  const stored = await readStored(job, descriptor, { look, signal })
  if (stored instanceof Uint8Array) return { config: parseImageConfig(stored), stored: true }
  const { digest, size } = descriptor
  job.emit({ type: 'config', digest, size })
  const data = embedded(descriptor)
  if (data === undefined)
    return {
      config: parseImageConfig(await download(job, repository, descriptor, { replace: stored === 'bad', signal })),
      stored: false,
    }
  const config = parseImageConfig(data)
  await job.store.contents.put(digest, data, { signal })
  return { config, stored: false }
}

async function readStored(
  job: PullJob,
  { digest, size }: Descriptor,
  { look, signal }: { readonly look: Look; readonly signal: AbortSignal },
): Promise<Uint8Array | 'absent' | 'bad'> {
  if (look.sizes.get(digest) !== size) return 'absent'
  try {
    return await job.store.contents.read(digest, { signal })
  } catch (error) {
    signal.throwIfAborted()
    if (!isToBeFetched(job, error)) throw error
    return 'bad'
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
  { replace, signal }: { readonly replace: boolean; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  return shareTransfer<Uint8Array, never>(
    job.transfers,
    `config:${descriptor.digest}`,
    async (context) => {
      await context.started
      return fetchOnce(job, repository, descriptor, { replace, signal: context.signal })
    },
    { signal },
  )
}

/** One process asks for it, and others that want it under the same root wait, as for a layer. */
async function fetchOnce(
  { store: { contents } }: PullJob,
  repository: PullRepository,
  descriptor: Descriptor,
  { replace, signal }: { readonly replace: boolean; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const { digest } = descriptor
  for (;;) {
    const ingest = await contents.ingest(descriptor, { replace, fresh: true, inMemory: true, signal })
    if (ingest === undefined) return contents.read(digest, { signal })
    try {
      // Small, so the client repeats it.
      const bytes = await repository.blobs.read(descriptor, { signal })
      // What is no config is not kept.
      parseImageConfig(bytes)
      await ingest.begin({ start: 0, source: repository.name })
      await ingest.write(bytes.slice())
      await ingest.commit({ signal })
      return bytes
    } catch (error) {
      await ingest.discard()
      // This process stood still, and another one has it.
      if (!isLadingError(error, 'LOCK_LOST')) throw error
    }
  }
}
