import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { RetryEvent, Work, WorkContext } from '@lading/transfer'
import { layerSource, type LayerSource } from './layer-source.ts'
import type { PullIngest, PullRepository } from './ports.ts'
import type { PullJob } from './pull-job.ts'
import { retryBlob, unwrapSinkError } from './retry-policy.ts'

export type LayerProgress =
  | { readonly phase: 'waiting' | 'verifying' | 'verified' }
  /** Bytes of the blob; `total` is its whole size. */
  | { readonly phase: 'bytes' | 'extracting'; readonly current: number; readonly total: number }
  | { readonly phase: 'resume'; readonly offset: number; readonly total: number }
  | ({ readonly phase: 'retry' } & RetryEvent)

/** Whether the bytes of an ingest came in more than one answer, perhaps of more than one server. */
interface Provenance {
  resumed: boolean
}

/** What a layer inflates to. */
export interface Inside {
  readonly diffId: Digest
  /** Uncompressed size in bytes. */
  readonly size: number
}

/** From where to where a layer comes. */
interface Way {
  readonly source: LayerSource
  readonly ingest: PullIngest
  readonly bytes: Provenance
}

/** How often the count of bytes is looked at. Nothing is reported when it has not changed. */
const reportEveryMs = 100

/**
 * The transfer of one blob: downloaded, verified and committed, while a worker follows the growing file to compute
 * its diffID. Shared by every pull that wants the blob, so it holds nothing of a single pull but what the first brought.
 */
export function downloadLayer(
  job: Pick<PullJob, 'store' | 'verify' | 'allowForeignUrls'>,
  repository: PullRepository,
  layer: Descriptor,
): Work<Inside | undefined, LayerProgress> {
  const source = layerSource(job, repository, layer)
  return async (context) => {
    // Told only when it really waits: a slot that is free is given within this turn.
    const waits = setImmediate(() => context.report({ phase: 'waiting' }))
    await context.started.finally(() => clearImmediate(waits))
    // A digest that is wrong after a resume may be the fault of the earlier bytes: one clean start, then it is final.
    for (let mayRestart = true; ; mayRestart = false) {
      const ingest = await job.store.contents.ingest(layer, context)
      if (ingest === undefined) return finish(job, layer, context)
      const bytes: Provenance = { resumed: ingest.offset > 0 }
      try {
        return await fill(job, layer, { source, ingest, bytes }, context)
      } catch (error) {
        await ingest.close()
        if (!(mayRestart && bytes.resumed && isLadingError(error, 'DIGEST_MISMATCH'))) throw error
      }
    }
  }
}

/** Another owner has finished the blob meanwhile: only its inside is left to see. */
async function finish(
  job: Pick<PullJob, 'store' | 'verify'>,
  layer: Descriptor,
  context: WorkContext<LayerProgress>,
): Promise<Inside | undefined> {
  context.releaseSlot()
  if (job.verify === 'digest') return undefined
  return (
    (await job.store.layers.known(layer.digest)) ??
    job.store.layers.uncompress(layer, { signal: context.signal, onProgress: extracting(layer, context) })
  )
}

async function fill(
  job: Pick<PullJob, 'store' | 'verify'>,
  layer: Descriptor,
  way: Way,
  context: WorkContext<LayerProgress>,
): Promise<Inside | undefined> {
  const { ingest } = way
  if (ingest.offset > 0) context.report({ phase: 'resume', offset: ingest.offset, total: layer.size })
  let committed = false
  const stop = new AbortController()
  const inside =
    job.verify === 'full'
      ? job.store.layers.uncompress(layer, {
          growth: ingest.growth,
          signal: AbortSignal.any([context.signal, stop.signal]),
          onProgress: (current) => committed && context.report({ phase: 'extracting', current, total: layer.size }),
        })
      : undefined
  // Its outcome is looked at when the blob is committed; until then a failure must not count as unhandled.
  inside?.catch(() => undefined)
  try {
    await fetchWhole(layer, way, context)
    context.report({ phase: 'verifying' })
    await ingest.commit({ signal: context.signal })
    committed = true
    context.report({ phase: 'verified' })
    // What follows is a worker's business and takes no place among the downloads.
    context.releaseSlot()
    return await inside
  } catch (error) {
    stop.abort(error)
    throw error
  }
}

async function fetchWhole(
  layer: Descriptor,
  { source, ingest, bytes }: Way,
  context: WorkContext<LayerProgress>,
): Promise<void> {
  let restart = false
  let reported = -1
  const once = async (signal: AbortSignal): Promise<void> => {
    if (restart) await ingest.begin({ start: 0, source: 'restart' })
    restart = false
    bytes.resumed = ingest.offset > 0
    const timer = setInterval(() => {
      if (ingest.offset === reported) return
      reported = ingest.offset
      context.report({ phase: 'bytes', current: reported, total: layer.size })
    }, reportEveryMs)
    try {
      await source(ingest, { signal })
    } catch (error) {
      throw unwrapSinkError(error)
    } finally {
      clearInterval(timer)
    }
  }
  // An interrupted pull may have left the whole blob but no commit.
  if (ingest.offset === layer.size && layer.size > 0) return
  await context.attempt(once, {
    position: () => ingest.offset,
    retry(error) {
      restart = isLadingError(error, 'RANGE_INVALID')
      return retryBlob(error)
    },
    onRetry: (event) => context.report({ phase: 'retry', ...event }),
  })
}

const extracting =
  (layer: Descriptor, context: WorkContext<LayerProgress>) =>
  (current: number): void =>
    context.report({ phase: 'extracting', current, total: layer.size })
