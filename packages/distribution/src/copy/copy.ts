import type { Delivery, Source, Target } from '@lading/content'
import { guardListener } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { createTransfers } from '@lading/transfer'
import { uploadRetries } from '../retry-policy.ts'
import { alreadySo, mayAskFirst } from './already-so.ts'
import type { Copied, CopyOptions } from './copy-options.ts'
import { deliver } from './deliver.ts'
import { prepare } from './prepare.ts'

/**
 * Brings an image, an index or an artifact from one place to another: every blob that the target lacks, verified in
 * passing, and then the documents, children first, and the names last. Nothing is named before it is whole, and what is
 * there is not sent. Digests stay as they are, unless `format` or `compression` says otherwise.
 *
 * ```ts
 * await copy(store.source(), repository.target(), 'docker.io/library/alpine:3.20', { names: ['3.20'] })
 * ```
 *
 * @param what a name of the source, which is resolved once, or a descriptor
 * @throws CopyError; ManifestError `FORMAT_UNSUITABLE`; PullError `DIFF_ID_MISMATCH`; what source and target throw; what a hook or listener throws; the signal's reason
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
  const limit = Math.min(jobs, target.traits.parallel)
  const transfers = createTransfers({ limit, backoff: { baseMs: 500 }, retries: uploadRetries, clock })
  let delivery: Delivery | undefined
  try {
    if (mayAskFirst(source, root, options)) {
      delivery = await target.begin({ signal })
      const unchanged = await alreadySo(delivery, root, { ...options, signal })
      if (unchanged !== undefined) {
        emit({ type: 'copy', digest: root.digest, mediaType: root.mediaType, size: root.size, made: false })
        signal.throwIfAborted()
        await delivery.finish({ signal })
        return unchanged
      }
    }
    const prepared = await prepare(source, root, { ...options, traits: target.traits, emit, signal })
    delivery ??= await target.begin({ signal })
    const job = { source, delivery, transfers, hooks, emit, signal }
    const { selection, from, brought } = await prepared.convert(job)
    const result = await deliver({ ...job, foreignOptional: target.traits.foreignOptional === true }, selection, {
      ...options,
      brought,
    })
    signal.throwIfAborted()
    await delivery.finish({ signal })
    const { target: copied, made } = selection
    return { target: copied, made, ...(from === undefined ? {} : { convertedFrom: from }), ...result }
  } finally {
    await transfers.close()
    // What an upload that was given up has left at a registry is cancelled there.
    await delivery?.abort()
  }
}
