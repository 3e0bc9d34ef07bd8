import { isLadingError, printable } from '@lading/errors'
import { isForeignLayerType, type Descriptor } from '@lading/manifest'
import type { BlobSink } from '@lading/registry-client'
import { PullError } from './pull-error.ts'
import type { PullRepository } from './ports.ts'
import type { PullJob } from './pull-job.ts'
import { retryBlob } from './retry-policy.ts'

interface FetchOptions {
  readonly signal: AbortSignal
  /** Called when the host has no place for one more download. */
  readonly onWait: () => void
}

/** Brings a layer's bytes to a sink, from the sink's offset on. One attempt. */
export type LayerSource = (sink: BlobSink, options: FetchOptions) => Promise<void>

/**
 * Where a layer comes from: the registry's blob; for a foreign layer that the registry does not have, its `urls`, in order
 * and without credentials, if the user allowed that (docs/decisions/rules-of-a-pull.md).
 */
export function layerSource(
  job: Pick<PullJob, 'allowForeignUrls'>,
  repository: PullRepository,
  layer: Descriptor,
): LayerSource {
  const urls = isForeignLayerType(layer.mediaType) ? (layer.urls ?? []) : []
  return async (sink, options) => {
    try {
      return await repository.blobs.fetch(layer, sink, options)
    } catch (error) {
      options.signal.throwIfAborted()
      if (urls.length === 0 || !isLadingError(error, 'BLOB_UNKNOWN')) throw error
      if (!job.allowForeignUrls) {
        throw new PullError(
          'FOREIGN_LAYER_REFUSED',
          `layer ${layer.digest} is not in the registry but at ${printable(urls.join(', '))}`,
          {
            digest: layer.digest,
            hint: 'allow it with --allow-foreign-urls (option `allowForeignUrls`) if you trust these URLs',
            cause: error,
          },
        )
      }
    }
    await fromUrls(repository, layer, urls, sink, options)
  }
}

async function fromUrls(
  { blobs }: PullRepository,
  layer: Descriptor,
  urls: readonly string[],
  sink: BlobSink,
  options: FetchOptions,
): Promise<void> {
  const errors: unknown[] = []
  for (const url of urls) {
    try {
      return await blobs.fetchForeign(url, layer, sink, options)
    } catch (error) {
      options.signal.throwIfAborted()
      errors.push(error)
    }
  }
  // One that broke off may go on: what another refused is then not the last word.
  throw errors.findLast((error) => retryBlob(error) !== false) ?? errors.at(-1)
}
