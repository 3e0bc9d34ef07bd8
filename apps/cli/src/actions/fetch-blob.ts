import { sleep, type AbortOptions } from '@lading/clock'
import { algorithmOf } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { RegistryError, SinkError, TransportError, type Repository } from '@lading/registry-client'

/** Attempts without a new byte. */
const mostAttempts = 5
const longestWaitMs = 60_000

/**
 * A blob, in order, from where it broke off after a failure that may pass. What was written is right only when this
 * resolves: a digest is known at the end.
 *
 * @throws RegistryError `DIGEST_MISMATCH`; what `write` throws
 */
export async function fetchBlob(
  repository: Repository,
  descriptor: Descriptor,
  write: (bytes: Uint8Array) => Promise<void>,
  { signal }: AbortOptions,
): Promise<void> {
  const { digest } = descriptor
  const hasher = createHasher(algorithmOf(digest))
  let position = 0
  for (let attempt = 1; ; attempt++) {
    const before = position
    let skip = 0
    try {
      await repository.blobs.fetch(
        descriptor,
        {
          offset: position,
          // A server without ranges begins at the beginning.
          begin: ({ start }) => void (skip = position - start),
          async write(chunk) {
            const known = Math.min(skip, chunk.byteLength)
            skip -= known
            const fresh = chunk.subarray(known)
            if (fresh.byteLength === 0) return
            await write(fresh)
            hasher.update(fresh)
            position += fresh.byteLength
          },
        },
        { signal },
      )
      break
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof SinkError) throw error.cause
      if (position > before) attempt = 1
      if (attempt >= mostAttempts || !mayPass(error)) throw error
      await sleep(waitMs(error, attempt), { signal })
    }
  }
  const actual = hasher.digest()
  if (actual !== digest)
    throw new RegistryError('DIGEST_MISMATCH', `the blob is ${actual} instead of ${digest}`, {
      digest,
      expected: digest,
      actual,
      hint: 'what was written is not the blob: throw it away',
    })
}

const passing: ReadonlySet<string> = new Set(['SHORT_BODY', 'REDIRECT_EXPIRED', 'TOO_MANY_REQUESTS', 'UNAVAILABLE'])

function mayPass(error: unknown): boolean {
  if (error instanceof TransportError) return error.temporary
  return error instanceof RegistryError && (passing.has(error.code) || (error.facts.status ?? 0) >= 500)
}

function waitMs(error: unknown, attempt: number): number {
  const asked = error instanceof RegistryError ? (error.retryAfterMs ?? 0) : 0
  return Math.min(longestWaitMs, Math.max(asked, Math.random() * 250 * 2 ** (attempt - 1)))
}
