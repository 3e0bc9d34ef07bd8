import { isLadingError } from '@lading/errors'
import type { Algorithm } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { Work, WorkContext } from '@lading/transfer'
import { explainedByCoding } from './explained-by-coding.ts'
import { isNamedIn } from './diff-id-names.ts'
import { fetchWhole, type Download } from './fetch-whole.ts'
import type { LayerProgress } from './layer-progress.ts'
import { layerSource } from './layer-source.ts'
import type { PullRepository, Uncompressed } from './ports.ts'
import type { PullJob } from './pull-job.ts'

/** What is to be known of the inside. */
interface Wanted {
  /** In which the image names the layer. Never rejects. */
  readonly algorithms: Promise<readonly Algorithm[]>
  /** `false`: the diffID will be held against the image's config. */
  readonly checksums: boolean
  /** What is in the store is known to be bad: nothing that is remembered counts. */
  readonly replace: boolean
}

/**
 * The transfer of one blob: downloaded, verified and committed, while a worker follows the growing file to compute
 * its diffID. Shared by every pull that wants the blob, so it holds nothing of a single pull but what the first brought.
 */
export function downloadLayer(
  job: Pick<PullJob, 'store' | 'verify' | 'allowForeignUrls' | 'resume' | 'ranges'>,
  repository: PullRepository,
  layer: Descriptor,
  { algorithms, checksums, replace }: Wanted,
): Work<Uncompressed | undefined, LayerProgress> {
  const source = layerSource(job, repository, layer)
  return async (context) => {
    // Told only when it really waits: a slot that is free is given within this turn.
    const waits = setImmediate(() => context.report({ phase: 'waiting' }))
    await context.started.finally(() => clearImmediate(waits))
    // A digest that is wrong after a resume may be the fault of the earlier bytes: one clean start, then it is final.
    let again = false
    let fresh = !job.resume
    for (;;) {
      const ingest = await job.store.contents.ingest(layer, {
        signal: context.signal,
        replace,
        yields: !replace,
        fresh,
        inMemory: true,
      })
      fresh = false
      if (ingest === undefined) return finish(job, layer, { algorithms, checksums, replace }, context)
      let pieced = ingest.offset === layer.size
      let coding: string | undefined
      const onBegin = (start: number, labelled: string | undefined): void => {
        pieced = start > 0
        coding = labelled ?? (pieced ? coding : undefined)
      }
      try {
        return await fill(
          job,
          layer,
          { source, ingest, onBegin, sameSourceOnly: again, ranges: job.ranges, algorithms, checksums, replace },
          context,
        )
      } catch (error) {
        await ingest.close()
        // Whoever took the download over while this process stood still, or was faster, has it; then there is less to do.
        if (isLadingError(error, 'LOCK_LOST') || isLadingError(error, 'INGEST_SUPERSEDED')) continue
        if (again || !pieced || !isLadingError(error, 'DIGEST_MISMATCH')) throw explainedByCoding(error, coding)
        again = true
      }
    }
  }
}

/** Another owner has finished the blob meanwhile: only its inside is left to see. */
async function finish(
  job: Pick<PullJob, 'store' | 'verify'>,
  layer: Descriptor,
  wanted: Wanted,
  context: WorkContext<LayerProgress>,
): Promise<Uncompressed | undefined> {
  context.releaseSlot()
  if (job.verify === 'digest') return undefined
  const { checksums } = wanted
  const algorithms = await wanted.algorithms
  const known = await job.store.layers.known(layer.digest)
  if (known !== undefined && isNamedIn(known, algorithms)) return known
  return job.store.layers.uncompress(layer, {
    algorithms,
    checksums,
    signal: context.signal,
    onProgress: extracting(layer, context),
  })
}

async function fill(
  job: Pick<PullJob, 'store' | 'verify'>,
  layer: Descriptor,
  download: Download & Wanted,
  context: WorkContext<LayerProgress>,
): Promise<Uncompressed | undefined> {
  const { ingest } = download
  let committed = false
  let inside: Promise<Uncompressed> | undefined
  const stop = new AbortController()
  // Not before there is something to follow: a layer that waits for its place needs no worker.
  const follow = (): void => {
    if (inside !== undefined || job.verify !== 'full' || (ingest.growth === undefined && !committed)) return
    // The image's config, which was asked for first, says in which algorithms; what has grown until then is caught up with.
    inside = download.algorithms.then(async (algorithms) => {
      // What is verified now was here before, and is what it was.
      const former = download.replace ? undefined : await job.store.layers.recall(layer.digest)
      if (former !== undefined && isNamedIn(former, algorithms)) return former
      return job.store.layers.uncompress(layer, {
        growth: ingest.growth,
        algorithms,
        checksums: download.checksums,
        signal: AbortSignal.any([context.signal, stop.signal]),
        onProgress: (current) => extracting(layer, context, !committed)(current),
      })
    })
    // Its outcome is looked at when the blob is committed; until then a failure must not count as unhandled.
    inside.catch(() => undefined)
  }
  const onBegin: Download['onBegin'] = (start, coding) => {
    follow()
    download.onBegin(start, coding)
  }
  try {
    // An interrupted pull may have left the whole blob but no commit.
    if (ingest.offset === layer.size && layer.size > 0)
      context.report({ phase: 'resume', offset: layer.size, total: layer.size })
    else await fetchWhole(layer, { ...download, onBegin }, context)
    follow()
    context.report({ phase: 'verifying' })
    await ingest.commit({ signal: context.signal })
    committed = true
    follow()
    context.report({ phase: 'verified' })
    // What follows is a worker's business and takes no place among the downloads.
    context.releaseSlot()
    return await inside
  } catch (error) {
    stop.abort(error)
    throw error
  }
}

const extracting =
  (layer: Descriptor, context: WorkContext<LayerProgress>, arriving = false) =>
  (current: number): void =>
    context.report({ phase: 'extracting', current, total: layer.size, ...(arriving ? { arriving } : {}) })
