import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { BlobSink } from '@lading/registry-client'
import type { WorkContext } from '@lading/transfer'
import type { LayerProgress } from './layer-progress.ts'
import { fetchInRanges } from './fetch-in-ranges.ts'
import type { LayerSource } from './layer-source.ts'
import type { PullIngest } from './ports.ts'
import type { RangeOptions } from './range-options.ts'
import { retryBlob, unwrapSinkError } from './retry-policy.ts'

/** How often the count of bytes is looked at. Nothing is reported when it has not changed. */
const reportEveryMs = 100

/** So much has to be missing of a layer before it is fetched by several requests: below, it is here before they pay. */
const worthRanges = 32 * 1024 * 1024

/** From where to where a layer comes. */
export interface Download {
  readonly source: LayerSource
  readonly ingest: PullIngest
  /** Called for each answer that brings bytes: from which byte on, and how they are labelled as coded. */
  readonly onBegin: (start: number, coding: string | undefined) => void
  /** What one source has begun is for no other, whatever their validators say. */
  readonly sameSourceOnly: boolean
  readonly ranges: Omit<RangeOptions, 'size'>
}

/** Brings all bytes of a layer to its ingest, in as many attempts as it takes. */
export async function fetchWhole(
  layer: Descriptor,
  { source, ingest, onBegin, sameSourceOnly, ranges }: Download,
  context: WorkContext<LayerProgress>,
): Promise<void> {
  let restart = false
  const { superseded } = ingest
  const inRanges =
    ranges.most > 1 && !sameSourceOnly && layer.size - ingest.offset >= worthRanges
      ? fetchInRanges(source, { ...ranges, size: layer.size })
      : undefined
  const bring = inRanges?.fetch ?? source
  const once = async (attemptSignal: AbortSignal): Promise<void> => {
    const signal = superseded === undefined ? attemptSignal : AbortSignal.any([attemptSignal, superseded])
    if (restart) await ingest.begin({ start: 0, source: 'restart' })
    restart = false
    let isTold = false
    const counter = createCounter(layer, ingest, context)
    const sink: BlobSink = {
      get offset() {
        return ingest.offset
      },
      get validator() {
        return sameSourceOnly ? undefined : ingest.validator
      },
      get source() {
        return ingest.source
      },
      async begin(answer) {
        await ingest.begin(answer)
        onBegin(answer.start, answer.coding)
        // Of the parts of one attempt only the first goes on with something.
        if (answer.start > 0 && !isTold) context.report({ phase: 'resume', offset: answer.start, total: layer.size })
        isTold = true
        counter.start()
      },
      write: (chunk, giveBack) => ingest.write(chunk, giveBack),
    }
    try {
      await bring(sink, { signal, onWait: () => context.report({ phase: 'waiting' }) })
    } catch (error) {
      throw unwrapSinkError(error)
    } finally {
      counter.stop()
    }
  }
  await context.attempt(once, {
    position: () => ingest.offset,
    retry(error) {
      restart = isLadingError(error, 'RANGE_INVALID')
      if (restart) inRanges?.reset()
      return retryBlob(error)
    },
    onRetry: (event) => context.report({ phase: 'retry', ...event }),
  })
}

/** Reports how many bytes there are, while they come. */
function createCounter(
  { size }: Descriptor,
  ingest: PullIngest,
  context: WorkContext<LayerProgress>,
): { readonly start: () => void; readonly stop: () => void } {
  let reported = -1
  let timer: ReturnType<typeof setInterval> | undefined
  const stop = (): void => clearInterval(timer)
  return {
    start() {
      stop()
      timer = setInterval(() => {
        if (ingest.offset === reported) return
        reported = ingest.offset
        context.report({ phase: 'bytes', current: reported, total: size })
      }, reportEveryMs)
    },
    stop,
  }
}
