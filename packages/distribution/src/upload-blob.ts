import { systemClock, type AbortOptions, type Clock } from '@lading/clock'
import { sendBlob, type BlobSource, type Origin } from '@lading/content'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { RegistryError, type Repository } from '@lading/registry-client'
import { createTransfers, type RetryEvent, type Transfers, type Work } from '@lading/transfer'
import { readOnce } from './read-once.ts'
import { retryUpload, uploadRetries } from './retry-policy.ts'

/** In bytes. Less is no progress: a registry that takes a byte at a time would have everything sent again each time. */
const leastProgress = 64 * 1024

export interface UploadBlobOptions extends AbortOptions {
  /** In bytes: a request for each so many, or for as many as the registry wants at least. Default: one request for all. */
  readonly chunkSize?: number | undefined
  /** Where the blob may be, too: from repositories of the same registry it is mounted, three of them are asked. */
  readonly mount?: readonly Origin[] | undefined
  /** Told how many bytes of the blob were taken; fewer again when something is sent once more. What it throws ends the upload. */
  readonly onProgress?: ((taken: number) => void) | undefined
  /** Told before each wait for another attempt, and once a second during it. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined
  /**
   * Whose places and attempts it takes. An upload of the same blob to the same repository that runs there is joined, and
   * `source` is left alone. Default: its own, with five attempts.
   */
  readonly transfers?: Transfers | undefined
  /** Of its own transfers. Default: the system's. */
  readonly clock?: Clock | undefined
}

/** `here`: the registry had it. `mounted`: it took it from another repository. */
export type UploadOutcome = 'uploaded' | 'mounted' | 'here'

/**
 * A blob to its registry, the counterpart of `downloadBlob`. After a failure that may pass the registry is asked what it
 * has, and the rest is sent; up to five attempts without progress. Bytes in memory and functions are read again from
 * there; an iterable goes on as long as nothing of it was lost. Nothing but the blob is ever stored, and an upload that
 * is given up is cancelled at the registry before this rejects.
 *
 * ```ts
 * await uploadBlob(repository, layer, (offset) => createReadStream('layer.tar.gz', { start: offset }))
 * ```
 *
 * @param repository `client.repository(name)`, say
 * @throws `DIGEST_MISMATCH`, `SIZE_MISMATCH` of the source; SourceError; RegistryError `UPLOAD_FAILED` when the source
 *   cannot be read again; what uploading throws; what a listener throws; the signal's reason
 */
export async function uploadBlob(
  repository: Pick<Repository, 'name' | 'target'>,
  descriptor: Descriptor,
  source: BlobSource,
  { signal, transfers, clock = systemClock, chunkSize, mount, onProgress, onRetry }: UploadBlobOptions = {},
): Promise<UploadOutcome> {
  signal?.throwIfAborted()
  const own = createTransfers({ limit: 1, backoff: { baseMs: 250 }, retries: uploadRetries, clock })
  const watch = (transfers ?? own).run(
    `upload of ${descriptor.digest} to ${repository.name}`,
    upload(repository, descriptor, source, { chunkSize, mount, onProgress, onRetry }),
    { signal },
  )
  try {
    return await watch.result()
  } finally {
    // The last to leave waits until the upload is cancelled.
    await watch.release()
    await own.close()
  }
}

function upload(
  repository: Pick<Repository, 'target'>,
  descriptor: Descriptor,
  source: BlobSource,
  { chunkSize, mount, onProgress, onRetry }: Omit<UploadBlobOptions, 'signal' | 'transfers' | 'clock'>,
): Work<UploadOutcome, never> {
  return async ({ started, attempt, signal }) => {
    await started
    const once = source instanceof Uint8Array || typeof source === 'function' ? undefined : readOnce(source)
    const delivery = await repository.target({ chunkSize }).begin({ signal })
    let position = 0
    let before: { readonly error: unknown } | undefined
    /** What fails now was repeated as often as it deserves, or cannot be. */
    let final = true

    const send = async (attemptSignal: AbortSignal): Promise<UploadOutcome> => {
      final = true
      const receiver = await delivery.receive(descriptor, { mount, signal: attemptSignal })
      // The answer to the end of an attempt may have been lost.
      if (typeof receiver === 'string') return before !== undefined && receiver === 'here' ? 'uploaded' : receiver
      try {
        const { offset } = receiver
        if (offset >= position + leastProgress) position = offset
        if (once?.opensAt(offset) === false) throw spent(before?.error, descriptor)
        final = false
        await sendBlob(descriptor, once?.open ?? source, receiver, { signal: attemptSignal, onProgress })
        await receiver.commit({ signal: attemptSignal })
        return 'uploaded'
      } catch (error) {
        before = { error }
        throw error
      } finally {
        await receiver.close()
      }
    }
    try {
      const outcome = await attempt(send, {
        position: () => position,
        retry: (error) => (final ? false : retryUpload(error)),
        onRetry,
      })
      await delivery.finish({ signal })
      return outcome
    } finally {
      await delivery.abort()
      await once?.close()
    }
  }
}

function spent(cause: unknown, { digest }: Descriptor): RegistryError {
  const { host, status } = isLadingError(cause) ? cause.facts : {}
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new RegistryError(
    'UPLOAD_FAILED',
    `the upload of ${digest} broke off, and its source cannot be read a second time${why}`,
    {
      host,
      status,
      digest,
      cause,
      hint: 'pass a function that returns the bytes from an offset, and the upload resumes by itself',
    },
  )
}
