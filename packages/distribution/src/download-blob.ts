import { systemClock, type AbortOptions, type Clock } from '@lading/clock'
import { algorithmOf } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { Repository } from '@lading/registry-client'
import { createTransfers, type RetryEvent } from '@lading/transfer'
import { explainedByCoding } from './explained-by-coding.ts'
import { PullError } from './pull-error.ts'
import { retryBlob, unwrapSinkError } from './retry-policy.ts'

export interface DownloadBlobOptions extends AbortOptions {
  /** Told before each wait for another attempt, and once a second during it. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined
  /** Default: the system's. */
  readonly clock?: Clock | undefined
}

/**
 * A blob from its registry, in order, without a store: what breaks off goes on from where it is, five times without
 * progress. Each byte is written once, also where the server begins anew. A digest is known at the end only, so what was
 * written counts when this has resolved.
 *
 * ```ts
 * await writeOutputFile('layer.tar.gz', (write) => downloadBlob(repository.blobs, layer, write))
 * ```
 *
 * @param blobs `client.repository(name).blobs`, say
 * @param write a promise asks for a pause; what it throws ends the download
 * @throws PullError `DIGEST_MISMATCH`; what fetching throws; what `write` throws; the signal's reason
 */
export async function downloadBlob(
  blobs: Pick<Repository['blobs'], 'fetch'>,
  descriptor: Descriptor,
  write: (bytes: Uint8Array) => void | Promise<void>,
  { signal, onRetry, clock = systemClock }: DownloadBlobOptions = {},
): Promise<void> {
  const { digest } = descriptor
  const hasher = createHasher(algorithmOf(digest))
  let position = 0
  let fromStart = false
  let coding: string | undefined
  const once = async (attemptSignal: AbortSignal): Promise<void> => {
    let skip = 0
    const sink = {
      offset: fromStart ? 0 : position,
      begin(answer: { readonly start: number; readonly coding?: string | undefined }): void {
        skip = position - answer.start
        coding = answer.coding ?? coding
      },
      async write(chunk: Uint8Array): Promise<void> {
        const fresh = chunk.subarray(Math.min(skip, chunk.byteLength))
        skip -= chunk.byteLength - fresh.byteLength
        if (fresh.byteLength === 0) return
        // Before it is given away.
        hasher.update(fresh)
        position += fresh.byteLength
        await write(fresh)
      },
    }
    try {
      await blobs.fetch(descriptor, sink, { signal: attemptSignal })
    } catch (error) {
      throw unwrapSinkError(error)
    }
  }
  const transfers = createTransfers({ limit: 1, backoff: { baseMs: 250 }, clock })
  try {
    await transfers
      .run<void, never>(
        digest,
        async ({ started, attempt }) => {
          await started
          await attempt(once, {
            position: () => position,
            retry(error) {
              fromStart = isLadingError(error, 'RANGE_INVALID')
              return retryBlob(error)
            },
            onRetry,
          })
        },
        { signal },
      )
      .result()
  } finally {
    // A write may still be on its way.
    await transfers.close()
  }
  const actual = hasher.digest()
  if (actual === digest) return
  const error = new PullError('DIGEST_MISMATCH', `the blob has the digest ${actual} instead of ${digest}`, {
    digest,
    expected: digest,
    actual,
    hint: 'the data written so far is wrong: delete it',
  })
  throw explainedByCoding(error, coding)
}
