import type { Source, Target } from '@lading/content'
import { guardListener } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { createTransfers } from '@lading/transfer'
import { uploadRetries } from '../retry-policy.ts'
import type { Copied, CopyOptions } from './copy-options.ts'
import { deliver } from './deliver.ts'
import { select } from './select.ts'

/**
 * Brings an image, an index or an artifact from one place to another: every blob that the target lacks, verified in
 * passing, and then the documents, children first, and the names last. Nothing is named before it is whole, and what is
 * there is not sent. Digests stay as they are.
 *
 * ```ts
 * await copy(store.source(), repository.target(), 'docker.io/library/alpine:3.20', { names: ['3.20'] })
 * ```
 *
 * @param what a name of the source, which is resolved once, or a descriptor
 * @throws CopyError; what source and target throw; what a hook or listener throws; the signal's reason
 */
export async function copy(
  source: Source,
  target: Target,
  what: string | Descriptor,
  options: CopyOptions = {},
): Promise<Copied> {
  const { signal: given, clock, jobs = 5, hooks = {} } = options
  given?.throwIfAborted()
  const stop = new AbortController()
  const emit = guardListener(options.onEvent, (error) => stop.abort(error))
  const signal = given === undefined ? stop.signal : AbortSignal.any([given, stop.signal])
  const root = typeof what === 'string' ? await source.resolve(what, { signal }) : what
  const { partialIndex, parallel } = target.traits
  const selection = await select(source, root, { ...options, partialIndex, signal })
  const { target: copied, made } = selection
  emit({ type: 'copy', digest: copied.digest, mediaType: copied.mediaType, size: copied.size, made })
  const limit = Math.min(jobs, parallel)
  const transfers = createTransfers({ limit, backoff: { baseMs: 500 }, retries: uploadRetries, clock })
  const delivery = await target.begin({ signal })
  try {
    const result = await deliver(
      { source, delivery, transfers, foreignOptional: target.traits.foreignOptional === true, hooks, emit, signal },
      selection,
      options,
    )
    signal.throwIfAborted()
    await delivery.finish({ signal })
    return { target: copied, made, ...result }
  } finally {
    await transfers.close()
    // What an upload that was given up has left at a registry is cancelled there.
    await delivery.abort()
  }
}
